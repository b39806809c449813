/**
 * One stage of the protocol, in a process of its own: `main.ts` starts it with its order as JSON. What the stage took is
 * kept in the order's folder of attempts while it runs, and its record is written when it ends.
 */
import { join } from "node:path";
import { folderBytes, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { NoUsablePatients, sliceQueue } from "@ctsurv/features/mod.ts";
import { table1 } from "@ctsurv/report/mod.ts";
import { environment as runEnvironment } from "@ctsurv/report/results/provenance.ts";
import {
  crossValidateRow,
  findRow,
  openStudy,
  preprocessing,
  readEnvironment,
  showTable1,
  type Study,
  trainRowFold,
} from "@ctsurv/study/mod.ts";
import { keepAttempt, readAttempts, sumAttempts } from "./attempts.ts";
import { ALL_FOLDS, recordPath, stageParts, type StageRecord, tableRows } from "./stages.ts";

/** What one process is to do. */
export interface StageOrder {
  readonly stage: string;
  readonly patients: number;
  /** Folds to train: all of them, two at a time, or the first few, one after the other. */
  readonly folds: number;
  /** Folder of cohorts, cache and attempts. */
  readonly work: string;
  /** Folder of records. */
  readonly output: string;
}

/** What a stage says of its work. */
type Done = Pick<StageRecord, "slices" | "folds" | "epochs">;

const PROFILE = "paper";
const WEIGHTS = "seeded";
const none: Done = { slices: null, folds: null, epochs: null };

const order: StageOrder = JSON.parse(Deno.args[0]!);
const attempts = join(order.work, "attempts", `${order.patients}-${order.stage}`);
await Deno.mkdir(attempts, { recursive: true });
const cohort = join(order.work, `phantom-lung1-${order.patients}`);
// The phantoms of a smaller cohort are those of a larger one: in one cache, the second would find what the first made.
const cache = join(order.work, `cache-${order.patients}`);
const results = join(order.work, `results-${order.patients}`);
const written = async () => await folderBytes(cohort) + await folderBytes(cache) + await folderBytes(results);

const attempt = keepAttempt(attempts, await written());
const done = await run(order);
await attempt.end();
await writeRecord(done);
Deno.exit(0);

async function run({ stage, patients, folds }: StageOrder): Promise<Done> {
  const { kind, of } = stageParts(stage);
  if (kind === "phantoms") {
    await ensurePhantom("phantom-lung1", cohort, { patients });
    return none;
  }
  const study = await open();
  try {
    if (kind === "slices") return { ...none, slices: await preprocessAll(study) };
    if (kind === "features") {
      const { slices } = await study.features(of!);
      return { ...none, slices: slices.reduce((sum, { kept }) => sum + kept.length, 0) };
    }
    const { epochs } = study.profile;
    if (kind === "folds") {
      if (folds === ALL_FOLDS) await trainRow(study, of!);
      else for (let fold = 1; fold <= folds; fold++) await trainRowFold(study, of!, fold);
      return { ...none, folds, epochs };
    }
    // The heads are in the cache: what is left are the scores, their intervals and the table.
    for (const row of await trainedRows()) await crossValidateRow(study, row);
    const { all } = await showTable1(study);
    await writeAtomic(join(order.output, `${patients}`, "table1.md"), table1(all).markdown);
    return none;
  } finally {
    await study.segmenter.dispose();
  }
}

async function open(): Promise<Study> {
  const environment = { ...readEnvironment(), profile: PROFILE, protocol: "paper", weights: WEIGHTS, set: [], cohort };
  return await openStudy({ environment, cache, folder: results });
}

/** Trains every fold of a row into the cache, where the stage `tables` finds the heads. */
async function trainRow(study: Study, model: string): Promise<void> {
  const { name, backbone, aggregation } = findRow(model);
  await study.crossValidate(await study.features(backbone!), { title: name, ...aggregation && { aggregation } });
}

/** Preprocesses every patient into the cache; the slices of all that can be used. */
async function preprocessAll({ cohort, segmenter, protocol: { choices }, cache }: Study): Promise<number> {
  const settings = preprocessing(choices, cohort.manifest);
  const queue = sliceQueue(cohort.patients, { segmenter, folder: join(cache, "slices"), settings });
  const progress = terminalProgress();
  progress.start("Slices of patients", cohort.patients.length);
  const skipped: { patient: string; reason: string }[] = [];
  let slices = 0;
  for (const { id } of cohort.patients) {
    await queue.next().then(
      ({ kept }) => slices += kept.length,
      (error) => skipped.push({ patient: id, reason: (error as Error).message }),
    );
    progress.tick();
  }
  progress.done(`${slices} slices of ${cohort.patients.length - skipped.length} patients`);
  queue.close();
  if (slices === 0) throw new NoUsablePatients(skipped);
  return slices;
}

/** The rows whose folds were all trained. */
async function trainedRows(): Promise<string[]> {
  const found: string[] = [];
  for (const row of tableRows) {
    const path = recordPath(order.output, `folds-${row}`, order.patients);
    const text = await Deno.readTextFile(path).catch(() => undefined);
    if (text !== undefined && JSON.parse(text).folds === ALL_FOLDS) found.push(row);
  }
  return found;
}

async function writeRecord(done: Done): Promise<void> {
  const { stage, patients, output } = order;
  const all = await readAttempts(attempts);
  const { bytesBefore, load, ...usage } = sumAttempts(all);
  const { versions, git, machine: { cores, ...machine } } = await runEnvironment();
  const record: StageRecord = {
    stage,
    patients,
    ...done,
    ...usage,
    diskMegabytes: Math.round((await written() - bytesBefore) / 2 ** 20),
    attempts: all.length,
    cores,
    load,
    profile: PROFILE,
    protocol: "paper",
    weights: WEIGHTS,
    versions,
    commit: git?.commit ?? null,
    machine,
  };
  const path = recordPath(output, stage, patients);
  await writeAtomic(path, JSON.stringify(record, null, 2) + "\n");
}
