import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { paper } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { jupyterDisplay } from "@ctsurv/report/displayable.ts";
import { provenance, readTable1, table, table1, table1Comparisons, writeTable1 } from "@ctsurv/report/mod.ts";
import { sampleResult } from "../samples.ts";

const rows = [{ name: "a|b <i>", n: 3, ctd: 0.61234 }, { name: 'with "quotes", and', n: 12, ctd: null }, {
  name: "none",
  n: 0,
  ctd: NaN,
}];
const sample = table(rows, [
  { label: "Name", value: (row) => row.name },
  { label: "N", value: (row) => row.n },
  { label: "Ctd", value: (row) => row.ctd, decimals: 3 },
], "Sample");

Deno.test("table() aligns its text and never shows null or NaN", () => {
  assertEquals(
    sample.text,
    [
      "Sample",
      "",
      "Name                 N    Ctd",
      "a|b <i>              3  0.612",
      'with "quotes", and  12      –',
      "none                 0      –",
    ].join("\n"),
  );
});

Deno.test("table() escapes HTML and Markdown, and quotes CSV with all digits", () => {
  assertStringIncludes(sample.html, "a|b &lt;i&gt;");
  assertStringIncludes(sample.html, '<td style="text-align: right">0.612</td>');
  assertStringIncludes(sample.markdown, "| Name | N | Ctd |\n| --- | ---: | ---: |\n| a\\|b <i> | 3 | 0.612 |\n");
  assertEquals(
    sample.csv,
    'Name,N,Ctd\r\na|b <i>,3,0.61234\r\n"with ""quotes"", and",12,\r\nnone,0,\r\n',
  );
});

Deno.test("table1() sets the paper's numbers beside ours, and nothing where there are none", () => {
  const { markdown } = table1(sampleResult());
  assertStringIncludes(markdown, "Paper, LUNG1 (reported)");
  assertStringIncludes(markdown, "| proposal | seeded, abc | 6 slices of 224 × 224 | 0.640 [0.570, 0.710] |");
  assertStringIncludes(
    markdown,
    "| 0.660 [0.580, 0.730] | 0.710 [0.600, 0.800] | 0.620 [0.550, 0.690] | 0.584 ± 0.054 |",
  );
  assertStringIncludes(markdown, "| aggregation | seeded, abc | 6 slices of 224 × 224 | – |");
  assert(/does not have \|.*\| – \|\n/.test(markdown));
});

Deno.test("table1Comparisons() shows the proposal against the others, with Holm's p and what could be found", () => {
  const comparison = { model: "average_pooling", against: "efficientnet_b0", difference: -.02, low: -.1, high: .06 };
  const { text, markdown } = table1Comparisons({
    ...sampleResult(),
    comparisons: [{ ...comparison, p: .04, pHolm: .08 }],
    detectable: [{ correlation: .3, difference: .1234 }],
  })!;
  assertStringIncludes(text, "one comparison alone, without Holm's adjustment, finds with a power of 80 %: 0.123");
  assertStringIncludes(
    markdown,
    "| EfficientNetB0 + average pooling | -0.020 [-0.100, 0.060] | p = 0.040 | p = 0.080 |",
  );
  assertEquals(table1Comparisons(sampleResult()), undefined);
});

Deno.test("writeTable1() and readTable1() keep everything, and refuse what is not a result", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "outputs", "table1.json");
  const result = sampleResult();
  await writeTable1(path, result);
  assertEquals(await readTable1(path), result);
  const broken = { ...result, models: [{ ...result.models[0]!, mean: NaN }] };
  await assertRejects(() => writeTable1(path, broken));
  assertEquals(await readTable1(path), result);
  await Deno.writeTextFile(path, JSON.stringify({ ...result, extra: 1 }));
  await assertRejects(() => readTable1(path), InputError, "extra");
  await assertRejects(() => readTable1(`${path}.none`), InputError, "Cannot read");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("paper holds eight rows whose best is EfficientNetB0 with soft attention", () => {
  assertEquals(paper.table1.length, 8);
  const best = paper.table1.reduce((a, b) => b.ctd.mean > a.ctd.mean ? b : a);
  assertEquals([best.model, best.ctd.mean, best.ctd.std], ["efficientnet_b0", 0.584, 0.054]);
  assert(paper.table1.every(({ ctd }) => ctd.reported));
});

Deno.test("provenance() names versions, machine and what it was given, and is plain JSON", async () => {
  const given = {
    engine: "onnx",
    provider: "cpu",
    weights: { kind: "seeded", hash: "a".repeat(64) },
    lungs: "U-Net 0123abcd, version 1",
    cohort: { name: "phantom-lung1", hash: "b".repeat(64) },
    profile: "smoke",
    seeds: { folds: 42 },
  };
  const facts = await provenance(given);
  const plain = JSON.parse(JSON.stringify(facts));
  assertEquals(plain.versions.deno, Deno.version.deno);
  assertEquals(plain.versions["onnxruntime-node"], "1.30.0");
  assertEquals(plain.seeds, { folds: 42 });
  assert(plain.git === null || /^[0-9a-f]{40}$/.test(plain.git.commit));
  assert(plain.machine.cores >= 1 && plain.machine.memory > 0);
  const shown = facts[jupyterDisplay]()["text/plain"]!;
  assertStringIncludes(shown, "phantom-lung1, bbbbbbbbbbbb");
  assertStringIncludes(shown, "U-Net 0123abcd, version 1");
});

Deno.test("table1() says which columns are of which Ctd, where the protocol's is not risk", () => {
  const captionOf = (ctd: string) => {
    const result = sampleResult();
    const of = { ...result.models[0]!.provenance!, protocol: { name: "paper", choices: { ctd } } };
    return table1({ ...result, models: result.models.map((row) => ({ ...row, provenance: of })) }).text.split("\n")[0];
  };
  assertEquals(captionOf("risk"), table1(sampleResult()).text.split("\n")[0]);
  assertStringIncludes(
    captionOf("antolini")!,
    "; Ctd of the columns mean ± std and pooled: antolini; Ctd within folds",
  );
});
