import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import { parseCsv } from "@ctsurv/cohort/table/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";

interface Result {
  readonly ctd: { readonly pre: Readonly<Record<string, { readonly value: number; readonly concordant: number }>> };
  readonly auc: { readonly times: readonly number[]; readonly auc: readonly number[] };
  readonly uno: { readonly value: number };
  readonly brier: unknown;
  readonly dCalibration: unknown;
  readonly calibration: unknown;
  readonly calibrationIndex: unknown;
  readonly folds: { readonly folds: readonly unknown[] } | null;
  readonly riskGroups: { readonly highRisk: unknown; readonly lowRisk: unknown; readonly logRank: unknown };
}

async function run(...args: string[]) {
  const { text, json } = await evaluate.run(parseCommand(evaluate, args));
  return { text, json: json as Result };
}

interface Patient {
  readonly months: number;
  readonly event: 0 | 1;
  readonly risk: number;
}

/** Patients with tied risks of any sign. */
const patients = Array.from({ length: 80 }, (_, i): Patient => {
  const random = createRandom(5, "risk", i);
  const risk = Math.round(random.between(-6, 6)) / 2;
  const months = Math.round(100 * 14 * Math.exp(-risk / 3) * -Math.log(random.uniform())) / 100;
  return months > 30 ? { months: 30, event: 0, risk } : { months, event: random.uniform() < 0.8 ? 1 : 0, risk };
});

async function write(path: string, header: string, row: (patient: Patient, i: number) => string): Promise<string> {
  await Deno.writeTextFile(path, [header, ...patients.map((one, i) => `P${i},${row(one, i)}`), ""].join("\n"));
  return path;
}

/** Harrell's C written out: pairs whose order of death is known, ties of the risk one half. */
function harrell(some: readonly Patient[]): number {
  let [right, pairs] = [0, 0];
  for (const a of some) {
    for (const b of some) {
      const isFirst = a.event === 1 && (a.months < b.months || (a.months === b.months && b.event === 0));
      if (!isFirst) continue;
      pairs++;
      right += a.risk > b.risk ? 1 : a.risk === b.risk ? 0.5 : 0;
    }
  }
  return right / pairs;
}

Deno.test("evaluate of a risk: Harrell's C by a written-out loop, and what it cannot say is null and said", () =>
  inFolder(async (dir) => {
    const file = await write(
      join(dir, "risk.csv"),
      "patient,fold,months,event,risk",
      ({ months, event, risk }, i) => `${i % 4},${months},${event},${risk}`,
    );
    const { json, text } = await run("--predictions", file, "--replicates", "20");
    assertAlmostEquals(json.ctd.pre.risk!.value, harrell(patients), 1e-12);
    assertEquals(Object.keys(json.ctd.pre), ["risk"]);
    assertEquals([json.brier, json.dCalibration, json.calibration, json.calibrationIndex], [null, null, null, null]);
    assertStringIncludes(text, "A risk is no probability");
    assert(!text.includes("Brier, IPCW"));
    assertEquals(json.folds!.folds.length, 4);
    const at24 = patients.map(({ months, event, risk }): Patient => ({
      months: Math.min(months, 24),
      event: months > 24 ? 0 : event,
      risk,
    }));
    const early = await run("--predictions", file, "--horizon", "24", "--replicates", "0");
    assertAlmostEquals(early.json.ctd.pre.risk!.value, harrell(at24), 1e-12);
  }));

Deno.test("evaluate of a risk gives the AUC, Uno's C and groups of curves that fall with it", () =>
  inFolder(async (dir) => {
    const asRisk = await write(
      join(dir, "risk.csv"),
      "patient,months,event,Risk",
      ({ months, event, risk }) => `${months},${event},${risk}`,
    );
    const asCurve = await write(
      join(dir, "curve.csv"),
      "patient,months,event,S6,S12,S18,S24",
      ({ months, event, risk }) =>
        `${months},${event},${[6, 12, 18, 24].map((t) => Math.exp(-t * Math.exp(risk) / 200)).join(",")}`,
    );
    const [risk, curve] = [await run("--predictions", asRisk), await run("--predictions", asCurve)];
    assertEquals(risk.json.auc, curve.json.auc);
    const groupsOf = (
      { json: { riskGroups: { highRisk, lowRisk, logRank } } }: typeof risk,
    ) => [highRisk, lowRisk, logRank];
    assertEquals([risk.json.uno, ...groupsOf(risk)], [curve.json.uno, ...groupsOf(curve)]);
    assertEquals(risk.json.ctd.pre.risk, curve.json.ctd.pre.risk);
    // And both can be compared.
    const { json } = await run("--predictions", asRisk, "--predictions", asCurve, "--replicates", "50");
    const [comparison] = (json as unknown as { comparisons: { bootstrap: { difference: number } }[] }).comparisons;
    assertAlmostEquals(comparison!.bootstrap.difference, 0, 1e-12);
  }));

Deno.test("evaluate refuses a table with neither curves nor a risk, and a risk that is no number", () =>
  inFolder(async (dir) => {
    const none = await write(join(dir, "a.csv"), "patient,months,event", ({ months, event }) => `${months},${event}`);
    await assertRejects(() => run("--predictions", none), InputError, "neither a survival column such as S12 nor");
    const word = await write(
      join(dir, "b.csv"),
      "patient,months,event,risk",
      ({ months, event }, i) => `${months},${event},${i === 3 ? "high" : i}`,
    );
    await assertRejects(() => run("--predictions", word), InputError, 'column risk: "high" is not a number');
    const late = ["--predictions", word.replace("b.csv", "c.csv"), "--horizon", "12", "--times", "18"];
    await write(
      join(dir, "c.csv"),
      "patient,months,event,risk",
      ({ months, event }, i) => `${months},${event},${i}`,
    );
    await assertRejects(() => run(...late), InputError, "--times 18 is after the horizon, 12 months");
  }));

Deno.test("evaluate of the published risks of Hosny 2018 gives the AUC that the paper reports", async () => {
  const table = sharedData("lung1-tables/lung1_reference.csv");
  if (!table) return;
  const { header, rows } = parseCsv(await Deno.readTextFile(table), table);
  const [days, event, risk] = ["days", "event", "cnn_hosny_risk"].map((name) => header.indexOf(name));
  await inFolder(async (dir) => {
    const file = join(dir, "hosny.csv");
    const known = rows.filter(({ cells }) => cells[risk!] !== "");
    await Deno.writeTextFile(
      file,
      [
        "patient,months,event,risk",
        ...known.map(({ cells }) => [cells[0], Number(cells[days!]) / 30.4375, cells[event!], cells[risk!]].join(",")),
      ].join("\n"),
    );
    const { json } = await run("--predictions", file, "--horizon", "24", "--replicates", "0");
    assertEquals(known.length, 206);
    assertAlmostEquals(json.auc.auc[json.auc.times.indexOf(24)]!, 0.7, 5e-4); // reported: 0.70
  });
});
