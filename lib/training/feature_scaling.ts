import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { Linear } from "@ctsurv/nn/mod.ts";

/** Mean and standard deviation of each backbone feature over the slices of some patients. */
export interface FeatureScaling {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Below this share of the average spread a feature counts as constant, and is not blown up. */
const LEAST_SPREAD = 1e-3;

/** The scaling of all slices of these patients, such as those of a training fold. */
export function measureFeatures(patients: readonly TrainingPatient[]): FeatureScaling {
  const width = patients[0]!.features.length / patients[0]!.slices;
  const slices = patients.reduce((sum, patient) => sum + patient.slices, 0);
  const mean = new Float64Array(width);
  for (const { features } of patients) {
    for (let i = 0; i < features.length; i++) mean[i % width]! += features[i]! / slices;
  }
  const variance = new Float64Array(width);
  for (const { features } of patients) {
    for (let i = 0; i < features.length; i++) variance[i % width]! += (features[i]! - mean[i % width]!) ** 2 / slices;
  }
  const std = variance.map(Math.sqrt);
  const floor = LEAST_SPREAD * std.reduce((sum, s) => sum + s, 0) / width || 1;
  return { mean, std: std.map((s) => Math.max(s, floor)) };
}

/** The patient with features of mean 0 and standard deviation 1. */
export function scaleFeatures(patient: TrainingPatient, { mean, std }: FeatureScaling): TrainingPatient {
  const width = mean.length;
  return { ...patient, features: patient.features.map((x, i) => (x - mean[i % width]!) / std[i % width]!) };
}

/**
 * The layer that does to unscaled features what `layer` does to scaled ones: W' = W / std, b' = b - W (mean / std). A
 * head trained on scaled features is so an ordinary head.
 */
export function absorbScaling(layer: Linear<HostTensor>, { mean, std }: FeatureScaling): Linear<HostTensor> {
  const width = mean.length;
  const weight = layer.weight.data.map((w, i) => w / std[i % width]!);
  const bias = layer.bias.data.map((b, row) => {
    let shift = 0;
    for (let i = 0; i < width; i++) shift += layer.weight.data[row * width + i]! * mean[i]! / std[i]!;
    return b - shift;
  });
  return { weight: hostTensor(weight, layer.weight.shape), bias: hostTensor(bias, layer.bias.shape) };
}

/** The inverse of {@linkcode absorbScaling}: the layer that does to scaled features what `layer` does to unscaled ones. */
export function releaseScaling(layer: Linear<HostTensor>, { mean, std }: FeatureScaling): Linear<HostTensor> {
  return absorbScaling(layer, { mean: mean.map((m, i) => -m / std[i]!), std: std.map((s) => 1 / s) });
}
