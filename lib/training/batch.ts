import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { binLabel, type Discretisation } from "@ctsurv/survival/deephit/mod.ts";
import { censorAt, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";

/** The slices and labels of a batch of patients. */
export interface PatientBatch {
  /** [slices, backbone features]: the slices of all patients one after the other, filled up with zeros. */
  readonly features: HostTensor;
  /** [patients, slices]: 1 where the slice is the patient's. */
  readonly membership: HostTensor;
  /** [patients]: number of the bin, see `binLabel`; -1 in rows that only fill up. */
  readonly bin: HostTensor;
  /** [patients]: 1 for a death. */
  readonly event: HostTensor;
  /** [patients]: 1 for a patient, 0 for a row that only fills up. */
  readonly weight: HostTensor;
  /** [patients]: months of follow-up to the horizon, 0 in rows that only fill up; only of a batch that is `timed`. */
  readonly months?: HostTensor;
  /** [patients, clinical covariates]; only of patients who have them. */
  readonly clinical?: HostTensor;
}

/** Options of {@linkcode makeBatch}. */
export interface BatchOptions {
  /** Patients of a full batch; rows beyond the given patients are filled up. @default {as many as there are} */
  readonly rows?: number;
  /** Monthly bins, the logits of the network. @default {24} */
  readonly bins?: number;
  /** How months become bins, see `binLabel`. @default {"interval"} */
  readonly labels?: TrainingLabels;
  /** Whether the batch holds the months themselves, for a loss that asks for them. @default {false} */
  readonly timed?: boolean;
}

/** Discretisations with one logit for each bin. `"nodes"` has one logit more, and another survival curve. */
export type TrainingLabels = Exclude<Discretisation, "nodes">;

/** The slices of a batch are filled up to a multiple of this, so that a few sessions serve every batch. */
const SLICE_STEP = 32;

/** The rows of a batch with so many slices. */
export function paddedSlices(slices: number): number {
  return Math.ceil(slices / SLICE_STEP) * SLICE_STEP;
}

/** A patient's features, with or without a follow-up. */
export type PatientFeatures = Pick<TrainingPatient, "features" | "slices" | "clinical">;

/**
 * Puts the slices of some patients one after the other and fills them up to a multiple of {@linkcode SLICE_STEP}. Rows
 * that only fill up belong to no patient.
 *
 * @param rows Patients of the batch, at least as many as are given.
 * @returns Features [slices, backbone features], [rows, slices] with 1 where a slice is the patient's, and the clinical
 *   covariates of patients who have them.
 */
export function joinSlices(
  patients: readonly PatientFeatures[],
  rows: number = patients.length,
): Pick<PatientBatch, "features" | "membership" | "clinical"> {
  const width = patients[0]!.features.length / patients[0]!.slices;
  const covariates = patients[0]!.clinical?.length;
  const slices = paddedSlices(slicesOf(patients));
  const joined = {
    features: hostTensor(new Float32Array(slices * width), [slices, width]),
    membership: hostTensor(new Float32Array(rows * slices), [rows, slices]),
    ...covariates !== undefined && { clinical: hostTensor(new Float32Array(rows * covariates), [rows, covariates]) },
  };
  writeSlices(joined, patients);
  return joined;
}

/** The slices of all patients together. */
export function slicesOf(patients: readonly PatientFeatures[]): number {
  return patients.reduce((sum, patient) => sum + patient.slices, 0);
}

function writeSlices(
  { features, membership, clinical }: Pick<PatientBatch, "features" | "membership" | "clinical">,
  patients: readonly PatientFeatures[],
): void {
  const [slices, width] = features.shape as [number, number];
  membership.data.fill(0);
  let at = 0;
  patients.forEach((patient, row) => {
    if (patient.features.length !== patient.slices * width) {
      throw new TypeError(`${patient.features.length} numbers are not ${patient.slices} slices of ${width} features`);
    }
    features.data.set(patient.features, at * width);
    membership.data.fill(1, row * slices + at, row * slices + at + patient.slices);
    at += patient.slices;
  });
  features.data.fill(0, at * width);
  if (clinical) writeClinical(clinical, patients);
}

function writeClinical({ data, shape }: HostTensor, patients: readonly PatientFeatures[]): void {
  const [, width] = shape as [number, number];
  data.fill(0);
  patients.forEach(({ clinical }, row) => {
    if (clinical?.length !== width) {
      throw new TypeError(`A head of ${width} clinical covariates got ${clinical?.length ?? "no"} of them`);
    }
    data.set(clinical, row * width);
  });
}

/**
 * Makes a batch: the slices of some patients one after the other, with the patients' labels. Slices are filled up to a
 * multiple of 32, and rows that only fill up weigh nothing.
 *
 * @example
 * ```ts
 * import { makeBatch } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = [
 *   { id: "A", slices: 2, features: new Float32Array(2 * 3), followUp: { months: 5.5, event: 1 } },
 *   { id: "B", slices: 3, features: new Float32Array(3 * 3), followUp: { months: 30, event: 0 } },
 * ] as const;
 * const { features, membership, bin, weight } = makeBatch(patients, { rows: 4 });
 * assertEquals([features.shape, membership.shape], [[32, 3], [4, 32]]);
 * assertEquals([...bin.data], [5, 23, -1, -1]);
 * assertEquals([...weight.data], [1, 1, 0, 0]);
 * ```
 *
 * @throws {InputError} If months are negative or not finite.
 */
export function makeBatch(
  patients: readonly TrainingPatient[],
  { rows = patients.length, bins = HORIZON_MONTHS, labels = "interval", timed = false }: BatchOptions = {},
): PatientBatch {
  const vector = () => hostTensor(new Float32Array(rows), [rows]);
  const batch = {
    ...joinSlices(patients, rows),
    bin: vector(),
    event: vector(),
    weight: vector(),
    ...timed && { months: vector() },
  };
  writeLabels(batch, patients, { bins, labels });
  return batch;
}

/**
 * Writes a batch into the arrays of an earlier one, which has enough rows and as many slices when filled up.
 *
 * @throws {InputError} If months are negative or not finite.
 */
export function rewriteBatch(
  batch: PatientBatch,
  patients: readonly TrainingPatient[],
  options: Required<Pick<BatchOptions, "bins" | "labels">>,
): void {
  writeSlices(batch, patients);
  writeLabels(batch, patients, options);
}

function writeLabels(
  { bin, event, weight, months }: PatientBatch,
  patients: readonly TrainingPatient[],
  { bins, labels }: Required<Pick<BatchOptions, "bins" | "labels">>,
): void {
  bin.data.fill(-1);
  event.data.fill(0);
  weight.data.fill(0);
  months?.data.fill(0);
  patients.forEach(({ followUp }, row) => {
    const label = binLabel(followUp, { scheme: labels, bins });
    bin.data[row] = label.bin;
    event.data[row] = label.event;
    weight.data[row] = 1;
    if (months) months.data[row] = censorAt(followUp, bins).months;
  });
}
