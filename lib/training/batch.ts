import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import { binLabel, type Discretisation } from "@ctsurv/survival/deephit/mod.ts";

/** The slices and labels of a batch; see `Batch` for the shapes. */
export interface PatientBatch {
  readonly features: HostTensor;
  readonly membership: HostTensor;
  readonly bin: HostTensor;
  readonly event: HostTensor;
  readonly weight: HostTensor;
}

/** Options of {@linkcode makeBatch}. */
export interface BatchOptions {
  /** Patients of a full batch; the last batch of an epoch may have fewer. @default {as many as there are} */
  readonly rows?: number;
  /** Monthly bins, the logits of the network. @default {24} */
  readonly bins?: number;
  /** How months become bins, see `binLabel`. @default {"interval"} */
  readonly labels?: TrainingLabels;
}

/** Readings of the months that have one logit for each bin; `"nodes"` has one more, and another survival curve. */
export type TrainingLabels = Exclude<Discretisation, "nodes">;

/** Slices of a batch are filled up to a multiple of this, so that a few sessions serve every batch. */
const SLICE_STEP = 32;

/** The rows that a batch of so many slices takes. */
export function paddedSlices(slices: number): number {
  return Math.ceil(slices / SLICE_STEP) * SLICE_STEP;
}

/** A patient's features, whether or not anything is known of the follow-up. */
type PatientFeatures = Pick<TrainingPatient, "features" | "slices">;

/**
 * Lays the slices of some patients one after the other and fills up to whole steps. Rows and patients that only fill up
 * belong to nobody.
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

/** {@linkcode joinSlices} with the patients' labels. Rows that only fill up weigh nothing. */
export function makeBatch(
  patients: readonly TrainingPatient[],
  { rows = patients.length, bins = 24, labels = "interval" }: BatchOptions = {},
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
