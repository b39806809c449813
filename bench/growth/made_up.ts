import { join } from "node:path";
import { createRandom, fileExists, inSharedMemory, type Random, writeAtomic } from "@ctsurv/base/mod.ts";
import { type ClinicalRecord, formatClinical } from "@ctsurv/cohort/table/clinical.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type LungSegmenter, writeDicomSeries, writeNifti } from "@ctsurv/imaging/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { type FoldOutcome, stratifiedFolds } from "@ctsurv/training/mod.ts";

/** Slices of a made-up patient. */
export const SLICES = 5;
/** Features of a slice, as of EfficientNet-B0. */
export const FEATURES = 1280;
/** Folds of the paper. */
export const FOLDS = 10;
const SEED = 42;

/** Lungs of the tiny scan, without a network. */
export const tinyLungs: LungSegmenter = {
  name: "below -500 HU",
  segment: ({ hu }) => Promise.resolve(Uint8Array.from(hu, (value) => value < -500 ? 1 : 0)),
};

/** Preprocessing of the tiny scan: 8 x 8 pixels are not worth more. */
export const tinySettings = { size: 32, leastLungVolume: 0 } as const;

const idOf = (i: number) => `MADEUP-${`${i + 1}`.padStart(5, "0")}`;

/** The same on every machine: months of death or of censoring, and a risk that goes with them. */
function outcome(random: Random): { readonly risk: number; readonly months: number; readonly event: 0 | 1 } {
  const risk = random.normal();
  const death = -Math.log(1 - random.uniform()) * 26 * Math.exp(-.5 * risk);
  const censored = random.uniform() < .1 ? HORIZON_MONTHS * random.uniform() : HORIZON_MONTHS;
  return { risk, months: Math.min(death, censored), event: death <= censored ? 1 : 0 };
}

/** A table, and a folder of tiny scans: links to one file, so that disk does not grow. */
export async function writeCohortToImport(folder: string, patients: number): Promise<void> {
  const images = join(folder, "images");
  // Written last.
  if (await fileExists(join(folder, "clinical.csv"))) return;
  await Deno.mkdir(images, { recursive: true });
  const hu = new Int16Array(SLICES * 64).fill(40);
  for (let slice = 0; slice < SLICES; slice++) {
    for (let row = 2; row < 6; row++) hu.fill(-850, 64 * slice + 8 * row + 2, 64 * slice + 8 * row + 6);
  }
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const;
  const scan = join(folder, "scan.nii");
  await writeNifti(scan, { data: hu, shape: [SLICES, 8, 8], affine });
  const random = createRandom(SEED, "growth");
  const unknown = { age: null, tStage: null, nStage: null, mStage: null, overallStage: null, histology: null };
  const records: ClinicalRecord[] = [];
  for (let i = 0; i < patients; i++) {
    await Deno.link(scan, join(images, `${idOf(i)}.nii`));
    const { months, event } = outcome(random);
    records.push({
      ...unknown,
      patient: idOf(i),
      gender: null,
      survivalDays: Math.round(months * 30.4375),
      dead: event === 1,
    });
  }
  await writeAtomic(join(folder, "clinical.csv"), formatClinical(records));
}

/** The same patients as a tree of DICOM, one folder and one slice each. */
export async function writeDicomToImport(folder: string, patients: number): Promise<void> {
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const;
  const content = { hu: new Int16Array(64).fill(40), shape: [1, 8, 8], affine } as const;
  if (await fileExists(join(folder, "dicom", idOf(patients - 1)))) return;
  for (let i = 0; i < patients; i++) {
    await writeDicomSeries(join(folder, "dicom", idOf(i)), content, { dialect: "siemens", patientId: idOf(i) });
  }
}

/** Patients with features in memory. */
export function madeUpPatients(patients: number): TrainingPatient[] {
  const random = createRandom(SEED, "growth");
  return Array.from({ length: patients }, (_, i) => {
    const { months, event } = outcome(random);
    // As the cache gives them.
    const features = inSharedMemory(new Float32Array(SLICES * FEATURES));
    for (let k = 0; k < features.length; k++) features[k] = random.uniform();
    return { id: idOf(i), followUp: { months, event }, slices: SLICES, features };
  });
}

/** Folds as a training leaves them, with curves that know something about the risk. */
export function madeUpFolds(patients: number, seed = SEED): FoldOutcome[] {
  const random = createRandom(SEED, "growth");
  const noise = createRandom(seed, "curves");
  const outcomes = Array.from({ length: patients }, () => outcome(random));
  const testedIn = stratifiedFolds(outcomes.map(({ event }) => event), { folds: FOLDS, seed: SEED });
  return Array.from({ length: FOLDS }, (_, index) => {
    const predictions = outcomes.flatMap(({ risk, months, event }, i) => {
      const hazard = Math.exp(.5 * risk + noise.normal()) / 26;
      if (testedIn[i] !== index) return [];
      const survival = Float64Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => Math.exp(-hazard * month));
      const attention = new Float32Array(SLICES).fill(1 / SLICES);
      return [{ id: idOf(i), fold: index + 1, months, event, survival, attention }];
    });
    return {
      result: {
        fold: index + 1,
        patients: predictions.length,
        events: predictions.filter(({ event }) => event === 1).length,
        ctd: { value: .6, concordant: 6, comparable: 10 },
        losses: [1],
      },
      predictions,
    };
  });
}
