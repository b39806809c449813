import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { Linear } from "@ctsurv/nn/mod.ts";

/** Mean and standard deviation of each backbone feature over the slices of some patients. */
export interface FeatureScaling {
  /** [backbone features] */
  readonly mean: Float64Array;
  /** [backbone features]: standard deviation, divided by n; at least 1/1000 of the average one. */
  readonly std: Float64Array;
}

/** Below this share of the average spread a feature counts as constant and is not magnified. */
const LEAST_SPREAD = 1e-3;

/**
 * Measures the features over all slices of some patients, such as those of a training fold.
 *
 * @example
 * ```ts
 * import { measureFeatures } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * // Two slices with two features each; the second feature is constant.
 * const followUp = { months: 12, event: 1 } as const;
 * const { mean, std } = measureFeatures([{ id: "A", slices: 2, features: Float32Array.of(0, 5, 2, 5), followUp }]);
 * assertEquals([...mean], [1, 5]);
 * assertEquals([...std], [1, .0005]);
 * ```
 */
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

/** The patient with scaled features, (x - mean) / std. */
export function scaleFeatures(patient: TrainingPatient, { mean, std }: FeatureScaling): TrainingPatient {
  const width = mean.length;
  return { ...patient, features: patient.features.map((x, i) => (x - mean[i % width]!) / std[i % width]!) };
}

/**
 * The scaling that the option `scaleFeatures` asks for: none, a standard deviation of 1, or of the number that it is.
 */
export function scalingFor(
  patients: readonly TrainingPatient[],
  asked: boolean | number | undefined,
): FeatureScaling | undefined {
  if (asked === undefined || asked === false) return undefined;
  const { mean, std } = measureFeatures(patients);
  return { mean, std: asked === true ? std : std.map((s) => s / asked) };
}

/**
 * The layer that gives for unscaled features what `layer` gives for scaled ones: W' = W / std, b' = b - W (mean / std).
 * It makes a head that was trained on scaled features an ordinary head.
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

/** The inverse of {@linkcode absorbScaling}: the layer for scaled features that equals `layer` for unscaled ones. */
export function releaseScaling(layer: Linear<HostTensor>, { mean, std }: FeatureScaling): Linear<HostTensor> {
  return absorbScaling(layer, { mean: mean.map((m, i) => -m / std[i]!), std: std.map((s) => 1 / s) });
}
