import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import { reproduce } from "@ctsurv/cli/commands/reproduce.ts";
import { verify } from "@ctsurv/cli/commands/verify.ts";
import { readNotebook } from "@ctsurv/notebook/_notebook_document.ts";
import { runNotebook } from "@ctsurv/notebook/mod.ts";
import { readRunRecord, readTable1 } from "@ctsurv/report/mod.ts";
import { environmentVariables, readEnvironment } from "@ctsurv/study/mod.ts";
import { summariseFolds } from "@ctsurv/training/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { lockedOptions } from "../support/locked_run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = [
  "01_preprocessing",
  "02_backbone_comparison",
  "03_aggregation_ablation",
  "04_resnet3d_baseline",
  "05_claro_transfer",
];
/** With those that only `reproduce --all` runs. */
const everyName = [...names, "06_beyond_the_paper", "07_multiverse"];
const second = join(root, "notebooks", "02_backbone_comparison.ipynb");

async function codeCells(path: string) {
  return (await readNotebook(path)).cells.filter((cell) => cell.cell_type === "code");
}

Deno.test("notebooks have short cells, each with an id of its own, and prose before them", async () => {
  for (const name of everyName) {
    const { cells } = await readNotebook(join(root, "notebooks", `${name}.ipynb`));
    assertEquals(new Set(cells.map(({ id }) => id)).size, cells.length);
    assertEquals(cells[0]!.cell_type, "markdown");
    for (const { id, cell_type, source } of cells) {
      if (cell_type === "code") assert(source.split("\n").length <= 24, `${name}, cell ${id} is too long`);
    }
  }
});

Deno.test("notebooks pass the type check that the kernel does without", async () => {
  await inFolder(async (dir) => {
    const files = await Promise.all(everyName.map(async (name) => {
      const path = join(dir, `${name}.ts`);
      const cells = await codeCells(join(root, "notebooks", `${name}.ipynb`));
      await Deno.writeTextFile(path, cells.map(({ source }) => `${source}\n`).join("") + "export {};\n");
      return path;
    }));
    const args = ["check", "--quiet", ...lockedOptions, ...files];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    assert(success, new TextDecoder().decode(stderr));
  });
});

Deno.test("reproduce runs the notebooks; table, predictions, text and what is committed agree; another run gives the same bytes", async () => {
  await inFolder(async (dir) => {
    const here = {
      outputs: join(dir, "outputs"),
      trainings: join(dir, "trainings"),
      cohort: undefined,
      targetCohort: undefined,
    };
    const environment = { ...readEnvironment(), ...here };
    const args = ["--profile", "smoke", "--output-notebooks", dir];
    const { text, json } = await reproduce.run({ ...parseCommand(reproduce, args), environment });

    for (const name of names) {
      const cells = await codeCells(join(dir, `${name}.ipynb`));
      for (const { id, outputs } of cells) {
        assert(outputs.every(({ output_type }) => output_type !== "error"), `${name}, cell ${id} failed`);
      }
      // A cell may only write a formula out that the next one runs, but it is the exception.
      const silent = cells.filter(({ outputs }) => outputs.length === 0).map(({ id }) => id);
      assert(silent.length <= cells.length / 4, `${name}: too many cells show nothing, ${silent}`);
    }

    const { folder } = json as { folder: string };
    assertEquals(folder, join(dir, "outputs", "phantom-lung1-smoke"));
    const { models, cohort } = await readTable1(join(folder, "table1.json"));
    assertEquals(
      models.map(({ model }) => model),
      ["r3d_18", "average_pooling", "self_attention", "alexnet", "efficientnet_b0", "efficientnet_b0_seeded"],
    );
    assertEquals(new Set(models.map(({ weights: { hash } }) => hash)).size, 4);
    for (const { model, folds } of models) {
      assertEquals(folds.reduce((sum, { patients }) => sum + patients, 0), cohort.patients);
      await Deno.stat(join(folder, "predictions", `${model}.csv`));
    }
    const model = models.find(({ model }) => model === "efficientnet_b0");
    assertEquals(model!.folds.length, 3);
    assertEquals(model!.folds.reduce((sum, fold) => sum + fold.patients, 0), cohort.patients);
    assertAlmostEquals(model!.mean!, summariseFolds(model!.folds.flatMap(({ ctd }) => ctd ?? [])).mean!, 1e-12);
    assert(cohort.bestReachableCtd! > 0.5);

    const predictions = join(folder, "predictions", "efficientnet_b0.csv");
    const evaluated = await evaluate.run(parseCommand(evaluate, ["--predictions", predictions]));
    const { ctd, interval, patients, events } = evaluated.json as {
      ctd: { pre: { risk: { value: number } } };
      interval: { low: number; high: number };
      patients: number;
      events: number;
    };
    assertEquals({ patients, events }, { patients: cohort.patients, events: cohort.events });
    assertEquals(model!.pooled, { value: ctd.pre.risk.value, interval: [interval.low, interval.high] });

    assertMatch(text, /^phantom-lung1, 12 patients, \d+ deaths within 24 months, profile smoke, protocol workshop\n/);
    assertMatch(text, new RegExp(`pooled .* ${model!.pooled.value!.toFixed(3)} \\[`));
    assertMatch(text, new RegExp(`best reachable +${cohort.bestReachableCtd!.toFixed(3)}`));
    assertMatch(
      text,
      /Computed on phantom-claro \(8 patients, \d deaths\) after phantom-lung1 \(12, \d+\), profile smoke/,
    );
    assertMatch(text, /No number of slices and single convention gives both/);
    assert(text.endsWith(join(folder, "index.html")), "no page at the end");
    for (
      const file of [
        "table1.md",
        "table1.csv",
        "figures/folds.svg",
        "figures/flops.svg",
        "cost.md",
        "cost.json",
        "aggregation.json",
      ]
    ) await Deno.stat(join(folder, file));

    const others = ["table2", "cost", "aggregation", ...models.map(({ model }) => `cross_validation/${model}`)];
    const read = async (name: string) => JSON.parse(await Deno.readTextFile(join(folder, `${name}.json`)));
    for (const { provenance } of [...models, ...await Promise.all(others.map(read))]) {
      assertEquals([provenance.profile, provenance.seeds.folds], ["smoke", 42]);
    }
    const { notebooks } = await readRunRecord(folder);
    assertEquals(notebooks.map(({ name }) => name), names.map((name) => `${name}.ipynb`));

    const committed = join(root, "outputs", "phantom-lung1-smoke");
    const verified = await verify.run(parseCommand(verify, ["--against", committed, "--results", folder]));
    assertEquals(verified.exitCode, 0, verified.text);

    const again = join(dir, "again.ipynb");
    await runNotebook(second, { output: again, env: environmentVariables({ ...environment, profile: "smoke" }) });
    assertEquals(
      await Deno.readTextFile(again),
      await Deno.readTextFile(join(dir, "02_backbone_comparison.ipynb")),
    );
  });
});
