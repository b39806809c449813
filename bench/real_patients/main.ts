/**
 * Every row on the five-slice cohort of LUNG1, and only totals as results. `--help` says how to call it. Rows that are
 * there already are not computed again.
 */
import project from "../../deno.json" with { type: "json" };
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { writeCrossValidation } from "@ctsurv/report/mod.ts";
import { openStudy, readEnvironment, type Study, type StudyFeatures } from "@ctsurv/study/mod.ts";
import { type PatientTotals, patientTotals, realPatients } from "./cohort.ts";
import { compareRows } from "./comparisons.ts";
import { realFusion } from "./fusion.ts";
import { realMarkdown } from "./markdown.ts";
import { realMultiverse } from "./multiverse.ts";
import { HEADLINE, realRows, type RowContext } from "./rows.ts";
import { readJson, rowKey, type RowTotals, totalsOf, writeJson } from "./totals.ts";

const HELP = `deno run -A bench/real_patients/main.ts --cohort DIR --table FILE.csv
  --cohort DIR      a cohort of lung1-five-slices, from "ctsurv import"
  --table FILE.csv  lung1_reference.csv: PatientID, gtv_cm3, cnn_hosny_risk, cnn_idc_risk
  --output DIR      where totals go (default: outputs/lung1-five-slices)
  --work DIR        where predictions are kept, which are of patients (default: data/cache/lung1-five-slices)
  --cache DIR       slices and features (default: data/cache)
  --only NAME,…     only these rows, or fusion or multiverse (default: all, these two last)
  --change CHOICE   only these rows of the multiverse, as for "ctsurv multiverse"; several with commas
  --epochs N        of a survival head (default: 100, as in the paper); fewer are for trials in another --output
  --profile NAME    smoke, workshop or paper (default: paper)
  --list            say which rows there are, and end`;

const { values } = parseArgs({
  options: {
    cohort: { type: "string" },
    table: { type: "string" },
    output: { type: "string", default: "outputs/lung1-five-slices" },
    work: { type: "string", default: "data/cache/lung1-five-slices" },
    cache: { type: "string", default: "data/cache" },
    only: { type: "string" },
    change: { type: "string" },
    epochs: { type: "string" },
    profile: { type: "string", default: "paper" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (text: string) => console.error(text);

/** What is computed beside the rows. */
const BESIDE_ROWS = ["fusion", "multiverse"];

try {
  if (values.help) console.log(HELP);
  else if (values.list) console.log([...realRows.map(({ name }) => name), ...BESIDE_ROWS].join("\n"));
  else await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  say(error.message);
  Deno.exit(2);
}
Deno.exit(0);

async function main(): Promise<void> {
  const { cohort, table, profile, cache } = values;
  if (cohort === undefined || table === undefined) throw new InputError(`--cohort and --table are needed\n${HELP}`);
  const only = chosenRows(values.only);
  const [output, work] = [resolve(values.output), resolve(values.work)];
  const environment = { ...readEnvironment(), profile, protocol: "paper", weights: "seeded", set: [], cohort };
  const study = await openStudy({ environment, cache, folder: work });
  const epochs = epochsOf(values.epochs, study);
  const features = rememberedFeatures(study);
  const headline = await features(HEADLINE, "seeded");
  const patients = await realPatients(study, headline, table);
  const counts = patientTotals(study, headline);
  await writeJson(join(output, "patients.json"), counts);
  const context: RowContext = { study, patients, features, epochs };
  for (const row of realRows) {
    if (!only.includes(row.name)) continue;
    const path = join(output, "rows", `${row.name}.json`);
    const key = rowKey(row, context, project.version);
    if ((await readJson<RowTotals>(path))?.key === key) {
      say(`${row.name}: there already`);
      continue;
    }
    const start = performance.now();
    const validation = await row.run(context);
    const record = { ...validation, provenance: { ...await study.provenance({ kind: "none", hash: "" }) } };
    await writeCrossValidation(work, row.name, record);
    const totals = totalsOf(row, validation, { key, epochs, variant: study.protocol.choices.ctd });
    await writeTime(output, row.name, performance.now() - start);
    await writeJson(path, totals);
    await writeTable(output, work, counts);
    say(`${row.name}: Ctd within folds ${totals.ctdWithinFolds.join(", ")}`);
  }
  if (only.includes("fusion")) {
    const start = performance.now();
    await realFusion(study, headline, { output, epochs });
    await writeTime(output, "fusion", performance.now() - start);
  }
  if (only.includes("multiverse")) {
    const start = performance.now();
    await realMultiverse(study, { output, changes: values.change?.split(",") });
    await writeTime(output, "multiverse", performance.now() - start);
  }
  await writeTable(output, work, counts);
  await study.segmenter.dispose();
  say(`Totals: ${output}`);
}

function rememberedFeatures(study: Study): RowContext["features"] {
  const known = new Map<string, Promise<StudyFeatures>>();
  return (backbone, weights) => {
    const key = `${backbone} ${weights}`;
    const found = known.get(key) ?? study.features(backbone, { weights });
    known.set(key, found);
    return found;
  };
}

function chosenRows(only: string | undefined): readonly string[] {
  const all = [...realRows.map(({ name }) => name), ...BESIDE_ROWS];
  const wanted = only?.split(",").map((name) => name.trim()) ?? all;
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new InputError(`--only: there is no row "${unknown}": choose of ${all.join(", ")}`);
  return wanted;
}

function epochsOf(text: string | undefined, { profile }: Study): number {
  if (text === undefined) return profile.epochs;
  if (!/^[1-9]\d*$/.test(text)) throw new InputError(`--epochs takes a whole number from 1, not "${text}"`);
  return Number(text);
}

async function writeTable(output: string, work: string, patients: PatientTotals): Promise<void> {
  const totals = new Map<string, RowTotals>();
  for (const { name } of realRows) {
    const found = await readJson<RowTotals>(join(output, "rows", `${name}.json`));
    if (found) totals.set(name, found);
  }
  const path = join(output, "comparisons.json");
  const comparisons = await compareRows(realRows, { work, path });
  await writeJson(path, comparisons);
  await writeAtomic(join(output, "README.md"), realMarkdown({ patients, rows: realRows, totals, comparisons }));
}

/** Seconds of each row, in a file of its own: they differ from run to run. */
async function writeTime(output: string, name: string, milliseconds: number): Promise<void> {
  const path = join(output, "times.json");
  const before = await readJson<{ readonly seconds: Readonly<Record<string, number>> }>(path);
  const seconds = { ...before?.seconds, [name]: Math.round(milliseconds / 1000) };
  await writeJson(path, { cores: navigator.hardwareConcurrency, seconds });
}
