import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";
import { evaluate } from "../../lib/cli/evaluate.ts";

/** Runs `evaluate` on a file of this text. */
async function run(text: string) {
  const folder = await Deno.makeTempDir();
  try {
    const predictions = join(folder, "predictions.csv");
    await Deno.writeTextFile(predictions, text);
    return await evaluate.run({ positionals: [], options: { predictions } });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
const refused = async (text: string, ...messages: string[]) => {
  const { message } = await assertRejects(() => run(text), InputError);
  for (const part of ["predictions.csv", ...messages]) assertStringIncludes(message, part);
  return message;
};

/** survival.md 2.5 V4: crossing curves. */
const crossing = [
  "patient,months,event,S1,S2,S3,S4",
  "a,1,1,.70,.60,.50,.40",
  "b,2,1,.80,.50,.30,.20",
  "c,2.5,0,.60,.55,.45,.35",
  "d,3,1,.95,.58,.52,.10",
  "e,4,0,.75,.65,.20,.15",
].join("\n");

Deno.test("evaluate gives every variant under both lookups", async () => {
  const { json } = await run(crossing);
  const { ctd, interval, patients, events, warnings } = json as Record<string, unknown>;
  const pair = { value: .75, concordant: 6, comparable: 8 };
  const variants = { risk: pair, antolini: pair, adj_antolini: pair, lab: pair };
  assertEquals(ctd, { pre: variants, post: variants });
  assertEquals([patients, events, warnings], [5, 3, []]);
  const { variant, lookup, low, high } = interval as Record<string, number>;
  assertEquals([variant as unknown, lookup as unknown], ["risk", "pre"]);
  assert(low! < .75 && high! >= .75);
});

Deno.test("evaluate tells the lookups apart before and after the grid", async () => {
  const { json } = await run("patient,months,event,S1,S2\na,.5,1,.50,.45\nb,1.5,1,.60,.40\nc,9,0,.55,.42");
  const { pre, post } = (json as { ctd: Record<string, Record<string, unknown>> }).ctd;
  for (const variant of ["risk", "antolini", "adj_antolini", "lab"]) {
    assertEquals(pre![variant], { value: 1, concordant: 3, comparable: 3 });
    assertEquals(post![variant], { value: 2 / 3, concordant: 2, comparable: 3 });
  }
});

Deno.test("evaluate takes columns in any order and further ones, semicolons and decimal commas", async () => {
  const expected = (await run(crossing)).json;
  const shuffled = crossing.split("\n").map((line, i) => {
    const [patient, months, event, s1, s2, s3, s4] = line.split(",");
    return [s4, i === 0 ? "fold" : "7", s2, months, patient, s1, event, s3].join(";").replaceAll(".", ",");
  });
  assertEquals((await run(shuffled.join("\r\n"))).json, expected);
});

Deno.test("evaluate prints an aligned table", async () => {
  const { text } = await run(crossing);
  const lines = text.split("\n");
  assertEquals(lines.slice(0, 4), [
    "5 patients, 3 deaths, survival at 1, 2, 3, 4 months",
    "",
    "Ctd              pre  pairs    post  pairs",
    "risk          0.7500  6 / 8  0.7500  6 / 8",
  ]);
  assertEquals(new Set(lines.slice(2, 7).map((line) => line.length)).size, 1);
  assertStringIncludes(lines.at(-1)!, "Ctd (risk, pre): 95 % interval");
});

Deno.test("evaluate says null where no pair can be compared", async () => {
  const { json, text } = await run("patient,months,event,S12\na,3,0,.5\nb,4,0,.6");
  const { ctd, interval } = json as { ctd: Record<string, Record<string, unknown>>; interval: unknown };
  for (const lookup of ["pre", "post"]) {
    for (const concordance of Object.values(ctd[lookup]!)) {
      assertEquals(concordance, { value: null, concordant: 0, comparable: 0 });
    }
  }
  assertEquals(interval, null);
  assertStringIncludes(text, "undefined");
  assertStringIncludes(text, "of no two patients is one known to have died first");
});

Deno.test("evaluate warns of survival that rises, and of what looks like incidence", async () => {
  const { json, text } = await run(crossing.replace(".52,.10", ".52,.60"));
  const [warning] = (json as { warnings: string[] }).warnings;
  assertEquals(warning, "survival rises with time in 1 of 5 patients, first in d, from 0.52 at 3 to 0.6 at 4 months.");
  assertStringIncludes(text, `Warning: ${warning}`);
  const incidence = await run("patient,months,event,S6,S12\na,3,1,.2,.5\nb,4,0,.3,.6");
  assertStringIncludes((incidence.json as { warnings: string[] }).warnings[0]!, "Are these probabilities of death?");
});

Deno.test("evaluate refuses cells that are wrong, all at once, by file, row and column", async () => {
  const message = await refused(
    crossing.replace(".50,.40", "x,1.2").replace("b,2,1", "a,-2,2").replace("c,2.5", ",NA").replace(",.15", ","),
    'row 2 (a), column S3: "x" is not a probability from 0 to 1',
    'row 2 (a), column S4: "1.2" is not a probability',
    "row 3 (a), column patient: row 2 is the same patient; keep one",
    'row 3 (a), column months: "-2" is not a number of months from 0',
    'row 3 (a), column event: "2" is not 0 (censored) or 1 (death)',
    "row 4 (no patient), column patient: nothing there",
    'row 4 (no patient), column months: "NA" is not a number of months',
    "row 6 (e), column S4: nothing there, it is not a probability",
  );
  assertStringIncludes(message, "8 problems");
});

Deno.test("evaluate refuses a table without its columns or rows", async () => {
  await refused("", "is empty");
  await refused("patient,months,event,S1", "has no patients");
  await refused(crossing.replace("months", "month"), "has no column months; its columns are patient, month, event");
  await refused("patient,months,event,risk\na,1,1,.3", "has no column of survival, such as S12");
  await refused("patient,months,event,S6,S6.0\na,1,1,.3,.3", "has survival at 6 months twice");
});

Deno.test("evaluate refuses a file that is not there, or a folder", async () => {
  for (const predictions of ["/nowhere/predictions.csv", "/tmp"]) {
    const call = () => evaluate.run({ positionals: [], options: { predictions } });
    await assertRejects(call, InputError, "Cannot read the predictions");
  }
});
