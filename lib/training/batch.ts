import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { binLabel, type Discretisation } from "@ctsurv/survival/deephit/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";

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
}

/** Options of {@linkcode makeBatch}. */
export interface BatchOptions {
  /** Patients of a full batch; rows beyond the given patients are filled up. @default {as many as there are} */
  readonly rows?: number;
  /** Monthly bins, the logits of the network. @default {24} */
  readonly bins?: number;
  /** How months become bins, see `binLabel`. @default {"interval"} */
  readonly labels?: TrainingLabels;
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
type PatientFeatures = Pick<TrainingPatient, "features" | "slices">;

/**
 * Puts the slices of some patients one after the other and fills them up to a multiple of {@linkcode SLICE_STEP}. Rows
 * that only fill up belong to no patient.
 *
 * @param rows Patients of the batch, at least as many as are given.
 * @returns Features [slices, backbone features], and [rows, slices] with 1 where a slice is the patient's.
 */
export function joinSlices(
  patients: readonly PatientFeatures[],
  rows: number = patients.length,
): Pick<PatientBatch, "features" | "membership"> {
  const width = patients[0]!.features.length / patients[0]!.slices;
  const slices = paddedSlices(patients.reduce((sum, patient) => sum + patient.slices, 0));
  const features = new Float32Array(slices * width);
  const membership = new Float32Array(rows * slices);
  let at = 0;
  patients.forEach((patient, row) => {
    features.set(patient.features, at * width);
    membership.fill(1, row * slices + at, row * slices + at + patient.slices);
    at += patient.slices;
  });
  return { features: hostTensor(features, [slices, width]), membership: hostTensor(membership, [rows, slices]) };
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
  { rows = patients.length, bins = HORIZON_MONTHS, labels = "interval" }: BatchOptions = {},
): PatientBatch {
  const [bin, event, weight] = [new Float32Array(rows).fill(-1), new Float32Array(rows), new Float32Array(rows)];
  patients.forEach(({ followUp }, row) => {
    const label = binLabel(followUp, { scheme: labels, bins });
    bin[row] = label.bin;
    event[row] = label.event;
    weight[row] = 1;
  });
  return {
    ...joinSlices(patients, rows),
    bin: hostTensor(bin, [rows]),
    event: hostTensor(event, [rows]),
    weight: hostTensor(weight, [rows]),
  };
}
