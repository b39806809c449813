import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import type { Comparison } from "@ctsurv/cli/evaluation/compare_predictions.ts";
import { parsePredictions } from "@ctsurv/cli/evaluation/read_predictions.ts";
import { readCsv } from "@ctsurv/cohort/table/mod.ts";
import {
  censorPredictions,
  type CtdWithinFolds,
  ctdWithinFolds,
  type Evaluation,
  type FoldScores,
  usualReplicates,
} from "@ctsurv/survival/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

/** Runs `evaluate` on files of these texts, the first of which is predictions.csv, the second predictions2.csv. */
async function run(texts: string | readonly string[], options: Readonly<Record<string, string>> = {}) {
  const folder = await Deno.makeTempDir();
  try {
    const files: string[] = [];
    for (const [k, text] of [texts].flat().entries()) {
      files.push(join(folder, `predictions${k === 0 ? "" : k + 1}.csv`));
      await Deno.writeTextFile(files[k]!, text);
    }
    const { text, json } = await evaluate.run({
      positionals: [],
      options: { ...options, predictions: files.join("\n") },
    });
    return { text, json: json as Record<string, unknown> };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
const refused = async (text: string | readonly string[], ...messages: string[]) => {
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
  // In whole months of 30 days b and c end together, and the death of month 1 is read at month 0, where all are alive.
  const authors = { value: 2 / 7, concordant: 2, comparable: 7 };
  const variants = { risk: pair, antolini: pair, adj_antolini: pair, lab: pair, authors };
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

Deno.test("evaluate reads tables as other programs export them, with the same result", async () => {
  const expected = (await run(cohort(1), { replicates: "0" })).json;
  const [header, ...rows] = cohort(1).split("\n");
  const named = [header!.replaceAll(/[^,]+/g, '"$&"'), ...rows.map((row, i) => `"${i + 1}",${row}`)].join("\n");
  for (const text of [`# made by R\n${cohort(1)}`, `sep=,\n${cohort(1)}`, named, cohort(1).replaceAll("\n", ",,\n")]) {
    assertEquals((await run(text, { replicates: "0" })).json, expected);
  }
});

Deno.test("evaluate tells patients apart whose names differ in an umlaut, and warns of the encoding", () =>
  inFolder(async (dir) => {
    const predictions = join(dir, "latin1.csv");
    const text = crossing.replace("\na,", "\nM\xfcller,").replace("\nb,", "\nM\xf6ller,");
    await Deno.writeFile(predictions, Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
    const { json } = await evaluate.run({ positionals: [], options: { predictions } });
    const { patients, warnings } = json as { patients: number; warnings: string[] };
    assertEquals([patients, warnings.length], [5, 1]);
    assertStringIncludes(warnings[0]!, 'read as Latin-1 (Windows-1252), for example "Müller"');
  }));

Deno.test("evaluate prints an aligned table", async () => {
  const { text } = await run(crossing);
  const lines = text.split("\n");
  assertEquals(lines.slice(0, 4), [
    "5 patients, 3 deaths, survival at 1, 2, 3, 4 months",
    "",
    "Ctd              pre  pairs    post  pairs",
    "risk          0.7500  6 / 8  0.7500  6 / 8",
  ]);
  assertEquals(new Set(lines.slice(2, 8).map((line) => line.length)).size, 1);
  assertStringIncludes(lines[9]!, "Ctd (risk, pre): 95 % interval");
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
  assertStringIncludes(text, "Ctd (risk, pre) is undefined: no pair of patients is comparable");
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
    "row 3 (a), column patient: the patient is also in row 2; keep one row",
    'row 3 (a), column months: "-2" is not a number of months (0 or more)',
    'row 3 (a), column event: "2" is not 0 (censored) or 1 (death)',
    "row 4 (no patient), column patient: the cell is empty",
    'row 4 (no patient), column months: "NA" is not a number of months',
    "row 6 (e), column S4: the cell is empty; it needs a probability",
  );
  assertStringIncludes(message, "8 problems");
});

Deno.test("evaluate refuses a table without its columns or rows", async () => {
  await refused("", "is empty");
  await refused("patient,months,event,S1", "has no patients");
  await refused(crossing.replace("months", "month"), "has no column months; its columns are patient, month, event");
  await refused("patient,months,event,risk\na,1,1,.3", "has no survival column such as S12");
  await refused("patient,months,event,S6,S6.0\na,1,1,.3,.3", "has two columns of survival at 6 months");
});

Deno.test("evaluate refuses a file that is not there, or a folder", async () => {
  const call = (predictions: string) => evaluate.run({ positionals: [], options: { predictions } });
  await assertRejects(() => call("/nowhere/own.csv"), InputError, "/nowhere/own.csv: there is no such file");
  await assertRejects(() => call("/tmp"), InputError, "/tmp is a folder; give the file in it");
});

/** Forty patients followed for up to 30 months, with four folds and survival that tells something. */
function cohort(seed: number, { noise = .3, folds = true } = {}): string {
  const [patients, model] = [createRandom(1, "patients"), createRandom(seed, "model")];
  const rows = Array.from({ length: 40 }, (_, i) => {
    const risk = patients.normal();
    const death = -15 * Math.exp(-risk) * Math.log(1 - patients.uniform());
    const end = patients.between(20, 30);
    const rate = Math.exp(risk + noise * model.normal()) / 15;
    const curve = [6, 12, 18, 24].map((t) => Math.exp(-rate * t).toFixed(6));
    return [`p${i}`, ...(folds ? [i % 4] : []), Math.min(death, end).toFixed(4), Number(death < end), ...curve].join();
  });
  return [`patient,${folds ? "fold," : ""}months,event,S6,S12,S18,S24`, ...rows].join("\n");
}

Deno.test("evaluate gives AUC, Brier scores and calibration of one model", async () => {
  const { json, text } = await run(cohort(1));
  const { auc, brier, dCalibration, calibration, uno, folds, riskGroups, horizon } = json as unknown as
    & Evaluation
    & { folds: FoldScores };
  assertEquals([auc.times, horizon], [[6, 12, 18, 24], 24]);
  assert(auc.auc.every((value) => value! > .6) && auc.mean! > .6 && uno.value! > .6);
  for (const { times, integrated } of [brier.ipcw, brier.administrative]) {
    assertEquals(times, [6, 12, 18, 24]);
    assert(integrated! > 0 && integrated! < .25);
  }
  assert(dCalibration.p > 0 && calibration.groups.length === 10);
  assertEquals(folds.folds.map(({ fold, patients }) => [fold, patients]), ["0", "1", "2", "3"].map((f) => [f, 10]));
  assertEquals([riskGroups!.highRisk.patients, riskGroups!.lowRisk.patients], [20, 20]);
  assert(riskGroups!.logRank.p < .05);
  for (
    const part of ["of 4 folds: mean", "Brier, IPCW", "D-calibration", "ICI 0.", "log-rank chi-square", "at risk 24"]
  ) {
    assertStringIncludes(text, part);
  }
});

Deno.test("evaluate ends follow-up of Ctd at the horizon, and takes the AUC where it is asked for", async () => {
  const [whole, ended] = [await run(cohort(1)), await run(cohort(1), { horizon: "12", times: "9, 3" })];
  const pairs = ({ json }: typeof whole) => (json.ctd as Evaluation["ctd"]).pre.risk.comparable;
  assert(pairs(ended) < pairs(whole));
  const { auc, calibration, brier, horizon } = ended.json as unknown as Evaluation;
  assertEquals([auc.times, calibration.time, horizon, brier.ipcw.times], [[3, 9], 12, 12, [6, 12]]);
  // No Brier score at 3 and 9, and no dash for an interval of it: the integrated one alone.
  const lines = ended.text.split("\n");
  const below = lines[lines.findIndex((line) => line.startsWith("Brier, IPCW")) + 1]!;
  assert(/^ {2}95 % interval +[\d.]+ to [\d.]+$/.test(below), below);
});

Deno.test("evaluate compares models on the same patients, in any order of the rows", async () => {
  const [header, ...rows] = cohort(2, { noise: 3 }).split("\n");
  const { json, text } = await run([cohort(1), [header, ...rows.reverse()].join("\n")]);
  const [comparison] = json.comparisons as Comparison[];
  const { difference, low, high, p } = comparison!.bootstrap!;
  assert(difference > 0 && low < difference && difference < high);
  assertEquals(p < .05, low > 0);
  assertEquals(comparison!.folds!.degreesOfFreedom, 3);
  const models = json.models as readonly Evaluation[];
  assertAlmostEquals(difference, models[0]!.ctd.pre.risk.value! - models[1]!.ctd.pre.risk.value!, 1e-12);
  for (const part of ["Differences in Ctd", "paired bootstrap", "over 4 folds", "corrected resampled t-test"]) {
    assertStringIncludes(text, part);
  }
});

Deno.test("evaluate gives Ctd within folds first, in the form of crossValidate, and only where there are folds", async () => {
  const { json, text } = await run(cohort(1), { horizon: "24" });
  const followed = censorPredictions(parsePredictions(await tableOf(cohort(1))), 24);
  const folds = parsePredictions(await tableOf(cohort(1))).folds!;
  assertEquals(json.ctdWithinFolds, ctdWithinFolds(followed, folds));
  const { value, interval, comparable } = (json.ctdWithinFolds as CtdWithinFolds).pre.risk;
  assert(comparable < (json as unknown as Evaluation).ctd.pre.risk.comparable / 3);
  const [low, high] = [interval!.low, interval!.high].map((one) => one.toFixed(4));
  const row = `${value!.toFixed(4)}  ${low} to ${high}`;
  assert(text.indexOf(row) > 0 && text.indexOf(row) < text.indexOf("All pairs, also of patients"));
  const without = await run(cohort(1, { folds: false }));
  assert(!("ctdWithinFolds" in without.json) && !without.text.includes("within folds"));
});

Deno.test("evaluate compares models within folds, beside all pairs, if they have the same folds", async () => {
  const { json, text } = await run([cohort(1), cohort(2, { noise: 3 })]);
  const [{ withinFolds, bootstrap }] = json.comparisons as [Comparison];
  const [one, other] = (json.models as readonly { readonly ctdWithinFolds: CtdWithinFolds }[])
    .map(({ ctdWithinFolds }) => ctdWithinFolds.pre.risk.value!);
  assertAlmostEquals(withinFolds!.difference, one! - other!, 1e-12);
  assert(withinFolds!.difference !== bootstrap!.difference);
  assert(text.indexOf("  within folds ") < text.indexOf("  over all pairs "));
  const others = rewritten(cohort(2), /^fold$/, (fold) => `${(fold + 1) % 3}`);
  const [different] = (await run([cohort(1), others])).json.comparisons as [Comparison];
  assertEquals([different.withinFolds, different.folds], [null, null]);
});

/** A text as if it had been read from a file. */
async function tableOf(text: string) {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, text);
  const table = await readCsv(file);
  await Deno.remove(file);
  return table;
}

/** The table with each number of a column written anew. */
function rewritten(text: string, columns: RegExp, write: (value: number) => string): string {
  const [header, ...rows] = text.split("\n").map((line) => line.split(","));
  const at = header!.map((name) => columns.test(name));
  return [header!, ...rows.map((cells) => cells.map((cell, k) => at[k] ? write(Number(cell)) : cell))].join("\n");
}

Deno.test("evaluate finds the same patients after pandas, R's 15 digits and float32, and uses the first table's months", async () => {
  const own = rewritten(cohort(1), /^months$/, (months) => String(months / 30.4375 * 30));
  const next = (value: number) => {
    const bits = new BigInt64Array(Float64Array.of(value).buffer);
    bits[0]! += 2n;
    return new Float64Array(bits.buffer)[0]!;
  };
  const rounded: readonly ((value: number) => string)[] = [
    (value) => String(next(value)),
    (value) => String(Number(value.toPrecision(15))),
    (value) => String(Math.fround(value)),
    (value) => value.toFixed(4),
  ];
  const [{ json: alone }] = [await run(own, { replicates: "0" })];
  for (const write of rounded) {
    const other = rewritten(rewritten(own, /^(months|S\d+)$/, write), /^fold$/, (fold) => fold.toFixed(1));
    const { json, text } = await run([own, other], { replicates: "20" });
    const [comparison] = json.comparisons as Comparison[];
    assertAlmostEquals(comparison!.bootstrap!.difference, 0, 1e-3);
    assert(comparison!.folds !== null, "the folds are the same");
    const { tolerance, largestDifference } = json.months as Record<string, number>;
    assert(tolerance === 0.001 && largestDifference! > 0 && largestDifference! < 1e-4);
    assertStringIncludes(text, "counts as rounding up to 0.001");
    const [first, second] = json.models as [Evaluation & { warnings: string[] }, Evaluation];
    assertEquals([first.ctd, first.warnings], [alone.ctd, []]);
    // Its curves are rounded, its follow-up is the other's.
    assertEquals(second.ctd.pre.risk.comparable, first.ctd.pre.risk.comparable);
  }
  assertEquals(((await run([own, own])).json.months as Record<string, number>).largestDifference, 0);
  await refused([own, rewritten(own, /^months$/, (value) => String(value + 0.0011))], "months may differ by 0.001");
});

Deno.test('evaluate takes folds "0" and "0.0" for one', async () => {
  const one = cohort(1).split("\n").map((line, i) => i % 2 ? line.replace(/^(p\d+,\d)/, "$1.0") : line).join("\n");
  assertEquals(
    (await run(one, { replicates: "0" })).json.folds,
    (await run(cohort(1), { replicates: "0" })).json.folds,
  );
});

Deno.test("evaluate warns of follow-up that is longer than any in months", async () => {
  const days = rewritten(cohort(1), /^months$/, (months) => String(months * 30.4375));
  const [warning] = (await run(days, { replicates: "0" })).json.warnings as string[];
  assert(
    /^the longest follow-up, of p\d+, is \d+(\.\d)? months \(\d\d years\)\. Are these days\?/.test(warning!),
    warning,
  );
  const long = rewritten(cohort(1), /^months$/, (months) => String(months * 10));
  assertEquals((await run(long, { replicates: "0" })).json.warnings, [], "25 years are possible");
});

Deno.test("evaluate compares three models two by two, and folds only where they are the same", async () => {
  const { json } = await run([cohort(1), cohort(2), cohort(3, { folds: false })]);
  const comparisons = json.comparisons as Comparison[];
  assertEquals(comparisons.map(({ folds }) => folds !== null), [true, false, false]);
});

Deno.test("evaluate refuses to compare different patients or follow-up, or a file with itself", async () => {
  const rows = cohort(1).split("\n");
  await refused([cohort(1), rows.slice(0, -2).join("\n")], "has p38, p39, which", "predictions2.csv lacks");
  await refused([rows.slice(0, -7).join("\n"), cohort(1)], "has p33, p34, p35, p36, p37 and 2 more, which");
  const other = [...rows.slice(0, -1), rows.at(-1)!.replace(/,[01],/, ",1,").replace(/^p39,3,[^,]+/, "p39,3,1.5")];
  await refused([cohort(1), other.join("\n")], "Patient p39 has", "but 1.5 and", "must have the same follow-up");
  const predictions = "a.csv\na.csv";
  const call = () => evaluate.run({ positionals: [], options: { predictions } });
  await assertRejects(call, InputError, "a.csv is given twice");
});

Deno.test("evaluate says unknown where Kaplan-Meier is beyond a group's last follow-up, in text and JSON", async () => {
  const rows = Array.from({ length: 20 }, (_, i) => {
    const [months, event] = i < 10 ? [3 + .7 * i, 0] : [12 + 1.5 * (i - 10), i % 2];
    return `p${i},${months},${event},${(i < 10 ? .9 : .3) + i / 1000},${(i < 10 ? .8 : .2) + i / 1000}`;
  });
  const { json, text } = await run(["patient,months,event,S6,S24", ...rows].join("\n"), { replicates: "0" });
  const { riskGroups, calibration } = json as unknown as Evaluation;
  assertEquals([riskGroups!.lowRisk.survival, riskGroups!.lowRisk.atRisk], [null, [9 - 4, 0]]);
  assert(riskGroups!.highRisk.survival! > 0);
  assert(calibration.groups.some(({ observed }) => observed === null));
  const [low] = text.split("\n").filter((line) => line.startsWith("  low risk"));
  assert(/^ {2}low risk +10 +0 +unknown +- +5 +0$/.test(low!), low);
  assertStringIncludes(text, "(unknown: nobody of the group was followed to 24 months)");
  const followed = await run("patient,months,event,S24\na,30,1,.2\nb,24,0,.8", { replicates: "0" });
  assert(!followed.text.includes("unknown"));
});

Deno.test("evaluate refuses months that are none, or outside of the curves", async () => {
  const wrong = async (options: Readonly<Record<string, string>>, message: string) =>
    void await assertRejects(() => run(cohort(1), options), InputError, message);
  await wrong({ horizon: "two" }, '--horizon takes a number of months, 0 or more, such as 24; not "two"');
  await wrong({ horizon: "36" }, "later than month 0 and no later than month 24, where the curves end; not 36");
  await wrong({ horizon: "0" }, "later than month 0");
  await wrong({ times: "6,,12" }, '--times takes a number of months, 0 or more, such as 24; not ""');
  await wrong({ times: "6,30" }, "Survival was predicted from 0 to 24 months, not at 30");
});

Deno.test("evaluate refuses a fold that is missing", async () => {
  await refused(cohort(1).replace("p3,3,", "p3,,"), "row 5 (p3), column fold: the cell is empty");
});

Deno.test("evaluate says what is undefined of one patient, of no deaths and of nothing but ties", async () => {
  for (const rows of ["a,3,1,.5", "a,3,0,.5\nb,12,0,.5", "a,5,1,.5\nb,5,1,.5", "a,5,1,0\nb,5,0,1"]) {
    const { json, text } = await run(`patient,months,event,S12\n${rows}`);
    assertStringIncludes(text, "undefined");
    assertEquals((json.auc as Evaluation["auc"]).mean, null);
  }
});

Deno.test("evaluate takes as many bootstrap samples as it is told, for every interval", async () => {
  const { json, text } = await run([cohort(1), cohort(2)], { replicates: "50" });
  const [{ interval, intervals, replicates, auc, uno }] = json.models as unknown as [Evaluation];
  assertEquals([replicates, interval!.replicates, intervals!.uno!.replicates], [50, 50, 50]);
  assertEquals((json.comparisons as Comparison[])[0]!.bootstrap!.replicates, 50);
  assert(intervals!.uno!.low < uno.value! && uno.value! < intervals!.uno!.high);
  assertEquals(intervals!.auc.auc.length, 4);
  assert(intervals!.auc.mean!.low < auc.mean! && auc.mean! < intervals!.auc.mean!.high);
  const { ipcw, administrative } = intervals!.brier;
  for (const { values, integrated } of [ipcw, administrative]) {
    assert([...values, integrated].every((one) => one!.low > 0 && one!.low < one!.high && one!.high < 1));
  }
  const number = (value: number) => value.toFixed(4);
  const { low, high } = intervals!.auc.mean!;
  assertStringIncludes(text, `${number(low)} to ${number(high)}`);
  // Of each model, and of their difference within folds and over all pairs.
  assertEquals(text.match(/50 (bootstrap )?samples/g)?.length, 4);
});

Deno.test("evaluate leaves intervals out on --replicates 0, and says so", async () => {
  const [{ json, text }, { json: full }] = [await run(cohort(1), { replicates: "0" }), await run(cohort(1))];
  const { replicates, interval, intervals, ctdWithinFolds, ...rest } = json as Record<string, unknown>;
  assertEquals([replicates, interval, intervals], [0, null, null]);
  const { replicates: _replicates, interval: _interval, intervals: _intervals, ctdWithinFolds: within, ...others } =
    full;
  assertEquals(rest, others);
  const { risk } = (ctdWithinFolds as CtdWithinFolds).pre;
  assertEquals(risk, { ...(within as CtdWithinFolds).pre.risk, interval: null });
  assertStringIncludes(text, "Intervals are left out; --replicates 1000 computes them");
  const { json: compared, text: said } = await run([cohort(1), cohort(2)], { replicates: "0" });
  assertEquals((compared.comparisons as Comparison[])[0]!.bootstrap, null);
  assertStringIncludes(said, ", without an interval");
});

Deno.test("evaluate refuses bootstrap samples that are no number, or without end", async () => {
  for (const replicates of ["-1", "many", "1e3", "100001"]) {
    await assertRejects(() => run(cohort(1), { replicates }), InputError, "--replicates");
  }
});

Deno.test("usualReplicates() are 1000, and none of a cohort that would take minutes", () => {
  assertEquals([1, 415, 20_000, 20_001, 1e6].map(usualReplicates), [1000, 1000, 1000, 0, 0]);
});
