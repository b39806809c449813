import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  compareResults,
  profileTolerances,
  table1,
  type Table1Result,
  verificationText,
  writeTable1,
} from "@ctsurv/report/mod.ts";
import { describeDifference } from "@ctsurv/report/verification/difference.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sampleResult } from "../samples.ts";

const tolerances = profileTolerances("smoke");
const losses = [2.5, 2.2, 2.1, 2.15, 2.0];

interface Results {
  readonly table?: Table1Result;
  readonly losses?: readonly number[];
  /** Survival of the second patient at 1 month. */
  readonly survival?: number;
  readonly more?: Readonly<Record<string, string>>;
}

/** Writes made-up results as the notebooks do. */
async function write(folder: string, results: Results = {}): Promise<string> {
  const result = results.table ?? sampleResult();
  await writeTable1(join(folder, "table1.json"), result);
  const validation = {
    folds: [{
      fold: 1,
      patients: 2,
      events: 1,
      ctd: { value: 0.5, concordant: 1, comparable: 2 },
      losses: results.losses ?? losses,
    }],
    predictions: [{ id: "A-1", survival: [1, 0.9], attention: [0.25, 0.75], fold: 1, months: 3.25, event: 1 }],
    provenance: { machine: { cpu: folder } },
  };
  const files = {
    "table1.csv": table1(result).csv,
    "table1.md": table1(result).markdown,
    "cross_validation/alexnet.json": JSON.stringify(validation),
    "predictions/alexnet.csv": `patient,fold,months,event,S0,S1\nA-1,1,3.25,1,1,0.9\nA-2,1,5,0,1,${
      results.survival ?? 0.8
    }\n`,
    ...results.more,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
  return folder;
}

async function differences(reference: Results, found: Results): Promise<string[]> {
  return await inFolder(async (dir) => {
    const compared = await compareResults(
      await write(join(dir, "a"), reference),
      await write(join(dir, "b"), found),
      tolerances,
    );
    return compared.differences.map(describeDifference);
  });
}

function withModel(change: (model: Table1Result["models"][number]) => Partial<Table1Result["models"][number]>) {
  const result = sampleResult();
  const models = result.models.map((model, i) => i === 0 ? { ...model, ...change(model) } : model);
  return { ...result, models };
}

Deno.test("compareResults() finds nothing in equal results, and notes where they were computed", async () => {
  await inFolder(async (dir) => {
    const [a, b] = [await write(join(dir, "a")), await write(join(dir, "b"))];
    const { differences, notes, files, values, largest } = await compareResults(a, b, tolerances);
    assertEquals(differences, []);
    assertEquals(notes, [`machine.cpu: ${a} -> ${b}`]);
    assertEquals(files, 5);
    // Of each kind that is there, nothing moved.
    assertEquals(largest, {});
    assertEquals(values > 150, true);
  });
});

Deno.test("compareResults() names the cell that moved, with its tolerance, and not one within it", async () => {
  const pooled = (value: number) => withModel(({ pooled }) => ({ pooled: { ...pooled, value } }));
  assertEquals(await differences({}, { table: pooled(0.57) }), []);
  const moved = "Table 1, EfficientNetB0 + soft attention, pooled Ctd: 0.620 -> ";
  assertEquals(await differences({}, { table: pooled(0.555) }), [`${moved}0.555 (tolerance 0.06)`]);
  // Far enough for the table that people read, too, of which all numbers are judged as the least steady.
  const cell = '"0.620 [0.550, 0.690]" -> "0.400 [0.550, 0.690]" (tolerance 0.2)';
  assertEquals(await differences({}, { table: pooled(0.4) }), [
    `${moved}0.400 (tolerance 0.06)`,
    `table1.csv, EfficientNetB0 + soft attention, Ctd, pooled [95 % interval], biased downwards: ${cell}`,
    `table1.md, EfficientNetB0 + soft attention, Ctd, pooled [95 % interval], biased downwards: ${cell}`,
  ]);
});

Deno.test("compareResults() compares a patient's survival in table and JSON by patient and month", async () => {
  assertEquals(await differences({}, { survival: 0.84 }), [
    "predictions/alexnet.csv, patient A-2, S1: 0.800 -> 0.840 (tolerance 0.03)",
  ]);
  assertEquals(await differences({}, { survival: 0.82 }), []);
});

Deno.test("compareResults() takes the losses of the first and of the median epoch, as a share", async () => {
  const one = (index: number, loss: number) => ({ losses: losses.with(index, loss) });
  assertEquals(await differences({}, one(0, 2.53)), [
    "cross_validation/alexnet.json, fold 1, loss of the first epoch: 2.500 -> 2.530 (tolerance 1 %)",
  ]);
  assertEquals(await differences({}, one(0, 2.52)), []);
  // One unsteady epoch is not what training came to; all of them are.
  assertEquals(await differences({}, one(1, 9)), []);
  assertEquals((await differences({}, { losses: losses.map((loss, i) => i === 0 ? loss : loss * 1.1) })).length, 1);
  assertEquals(
    await differences({}, { losses: losses.slice(1) }).then((all) => all[0]),
    "cross_validation/alexnet.json, fold 1, loss epochs: 5 -> 4",
  );
});

Deno.test("compareResults() says which rows, columns, folds and files are missing or additional", async () => {
  const result = sampleResult();
  const fewer = { ...result, models: result.models.slice(1) };
  const row = "EfficientNetB0 + soft attention";
  assertEquals(await differences({}, { table: fewer }), [
    `Table 1, ${row}: missing`,
    `table1.csv, ${row}: missing`,
    `table1.md, ${row}: missing`,
  ]);
  assertEquals((await differences({ table: fewer }, {}))[0], `Table 1, ${row}: additional`);
  const folds = withModel(({ folds }) => ({ folds: folds.slice(0, -1) }));
  assertEquals((await differences({}, { table: folds }))[0], `Table 1, ${row}, fold 10: missing`);
  const predictions = "patient,fold,months,event,S0\nA-1,1,3.25,1,1\nA-2,1,5,0,1\n";
  assertEquals(await differences({}, { more: { "predictions/alexnet.csv": predictions, "extra.json": "{}" } }), [
    "extra.json: additional",
    "predictions/alexnet.csv, patient A-1, S1: missing",
    "predictions/alexnet.csv, patient A-2, S1: missing",
  ]);
});

Deno.test("compareResults() does not mind the order of rows", async () => {
  const result = sampleResult();
  assertEquals(await differences({}, { table: { ...result, models: result.models.toReversed() } }), []);
});

Deno.test("compareResults() wants counts, times of follow-up, texts and hashes to be the same", async () => {
  const table = sampleResult();
  const cohort = { ...table.cohort, hash: "1", patients: 81, bestReachableCtd: 0.8201 };
  const all = await differences({}, { table: { ...table, cohort } });
  assertEquals(all.filter((text) => text.startsWith("Table 1")), [
    'Table 1, cohort hash: "0" -> "1"',
    "Table 1, cohort patients: 80 -> 81",
    "Table 1, cohort best reachable Ctd: 0.82 -> 0.8201",
  ]);
  const later = "patient,fold,months,event,S0,S1\nA-1,1,3.2500001,1,1,0.9\nA-2,1,5,1,1,0.8\n";
  assertEquals(await differences({}, { more: { "predictions/alexnet.csv": later } }), [
    "predictions/alexnet.csv, patient A-1, months: 3.25 -> 3.2500001",
    "predictions/alexnet.csv, patient A-2, event: 0 -> 1",
  ]);
  const none = withModel(() => ({ mean: null }));
  assertStringIncludes((await differences({}, { table: none }))[0]!, "mean Ctd: ");
});

Deno.test("compareResults() leaves out the hash of the scans: results before it have none, and the numbers tell", async () => {
  const row = (scans: string) => ({ table: withModel(() => ({ scans })) });
  assertEquals(await differences(row("0a"), row("0b")), []);
  assertEquals(await differences({}, row("0b")), []);
});

Deno.test("compareResults() lets weights from a seed have another hash, but no others", async () => {
  const hash = (kind: "seeded" | "pretrained", hash: string) => ({
    table: withModel(() => ({ weights: { kind, hash: hash.repeat(8) } })),
  });
  assertEquals(await differences(hash("seeded", "0a0a0a0a"), hash("seeded", "0b0b0b0b")), []);
  const pretrained = await differences(hash("pretrained", "0a0a0a0a"), hash("pretrained", "0b0b0b0b"));
  assertEquals(pretrained.length, 3);
});

Deno.test("compareResults() wants figures to be there, whichever patients they picture, and notes other looks", async () => {
  await inFolder(async (dir) => {
    const svg = (...names: readonly string[]) => ({
      more: Object.fromEntries(names.map((name) => [`figures/${name}.svg`, `<svg>${name}</svg>`])),
    });
    const a = await write(join(dir, "a"), svg("attention-A-001", "attention-A-002", "folds"));
    const b = await write(join(dir, "b"), svg("attention-A-001", "attention-A-007"));
    const { differences, notes } = await compareResults(a, b, tolerances);
    assertEquals(differences.map(describeDifference), ["figures/folds.svg: missing"]);
    assertEquals(notes.slice(1), [
      "looks different: figures/attention-A-002.svg, which is figures/attention-A-007.svg",
    ]);
  });
});

Deno.test("compareResults() leaves out pages, notebooks, times and what follows from its neighbours", async () => {
  const cost = (milliseconds: number) =>
    JSON.stringify({ costs: [{ model: "alexnet", macs: 5, measured: { milliseconds } }] });
  const page = (text: string) => ({ "index.html": text, "notebooks/01.ipynb": text, "run.json": text });
  const table = (ms: number) => `| Model | Measured, ms a patient |\n| --- | ---: |\n| AlexNet | ${ms} |\n`;
  assertEquals(
    await differences(
      { more: { "cost.json": cost(40), "cost.md": table(40), ...page("one") } },
      { more: { "cost.json": cost(70), "cost.md": table(70), ...page("other") } },
    ),
    [],
  );
});

Deno.test("compareResults() refuses folders without results, and files that are not what they are called", async () => {
  await inFolder(async (dir) => {
    const whole = await write(join(dir, "a"));
    await assertRejects(() => compareResults(join(dir, "nowhere"), whole, tolerances), InputError, "is not a folder");
    await Deno.mkdir(join(dir, "empty"));
    await assertRejects(() => compareResults(whole, join(dir, "empty"), tolerances), InputError, "no results in");
    const broken = await write(join(dir, "b"), { more: { "cross_validation/alexnet.json": "{" } });
    await assertRejects(() => compareResults(whole, broken, tolerances), InputError, "alexnet.json is not JSON");
  });
});

Deno.test("verificationText() shows of each file what moved most, tables first, and how many more there are", async () => {
  await inFolder(async (dir) => {
    const a = await write(join(dir, "a"), { losses: [2, 2, 2] });
    const table = withModel(({ pooled }) => ({ pooled: { ...pooled, value: 0.5 } }));
    const b = await write(join(dir, "b"), { losses: [3, 2.5, 2.5], table });
    const compared = await compareResults(a, b, tolerances);
    const lines = verificationText(compared, { tolerances, perFile: 1 }).split("\n");
    assertEquals(lines[0], "Table 1, EfficientNetB0 + soft attention, pooled Ctd: 0.620 -> 0.500 (tolerance 0.06)");
    assertEquals(lines.slice(1, 3), [
      "cross_validation/alexnet.json, fold 1, loss of the first epoch: 2.000 -> 3.000 (tolerance 1 %)",
      "cross_validation/alexnet.json: 1 more, use --all to list them",
    ]);
    assertStringIncludes(lines.join("\n"), "3 differences in 2 files");
    assertStringIncludes(lines.join("\n"), "ctd 0.12 of 0.06");
  });
});
