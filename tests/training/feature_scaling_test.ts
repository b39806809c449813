import { assertAlmostEquals, assertEquals } from "@std/assert";
import { hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { absorbScaling, measureFeatures, releaseScaling, scaleFeatures } from "@ctsurv/training/feature_scaling.ts";

/** A patient whose slices are the rows. */
function patient(...rows: readonly (readonly number[])[]): TrainingPatient {
  return {
    id: "p",
    features: Float32Array.from(rows.flat()),
    slices: rows.length,
    followUp: { months: 12, event: 1 },
  };
}

function assertNumbers(actual: ArrayLike<number>, expected: readonly number[], message?: string) {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-6, message && `${message}: ${actual[i]}`));
}

Deno.test("measureFeatures() takes mean and centred deviation over all slices, not over patients", () => {
  // Feature 0: 100, 102, 104, 106, feature 1: 3, 3, 3, 7.
  const { mean, std } = measureFeatures([patient([100, 3], [102, 3], [104, 3]), patient([106, 7])]);
  assertNumbers(mean, [103, 4]);
  assertNumbers(std, [Math.sqrt(5), Math.sqrt(3)]);
});

Deno.test("measureFeatures() gives a feature that hardly varies a floor of a thousandth of the mean deviation", () => {
  // Deviations of 0, 2 and 1e-4; their mean is 0.66670.
  const { std } = measureFeatures([patient([5, 1, 0], [5, 5, 2e-4])]);
  assertNumbers(std, [2.0001e-3 / 3, 2, 2.0001e-3 / 3], "the floor");
  // Nothing varies at all: features are only centred.
  assertNumbers(measureFeatures([patient([5, 1], [5, 1])]).std, [1, 1]);
});

Deno.test("scaleFeatures() gives (x - mean) / std, and keeps the patient else", () => {
  const given = patient([100, 3], [106, 7]);
  const scaled = scaleFeatures(given, { mean: Float64Array.of(103, 4), std: Float64Array.of(2, 0.5) });
  assertNumbers(scaled.features, [-1.5, -2, 1.5, 6]);
  assertEquals({ ...scaled, features: given.features }, given);
});

/** x W^T + b of one slice, by hand. */
function apply({ weight, bias }: ReturnType<typeof absorbScaling>, x: readonly number[]): number[] {
  return Array.from(
    bias.data,
    (b, row) => x.reduce((sum, value, i) => sum + weight.data[row * x.length + i]! * value, b),
  );
}

const scaling = { mean: Float64Array.of(103, 4), std: Float64Array.of(2, 0.5) };
/** Two outputs: 4 x0 + x1 + 10, and -2 x0 + 3 x1 - 1. */
const layer = { weight: hostTensor([4, 1, -2, 3], [2, 2]), bias: hostTensor([10, -1], [2]) };

Deno.test("absorbScaling() is W / std and b - W mean / std, in numbers", () => {
  const { weight, bias } = absorbScaling(layer, scaling);
  assertNumbers(weight.data, [2, 2, -1, 6]);
  // 10 - (4 * 51.5 + 8) and -1 - (-2 * 51.5 + 3 * 8).
  assertNumbers(bias.data, [-204, 78]);
  assertEquals([weight.shape, bias.shape], [[2, 2], [2]]);
});

Deno.test("absorbScaling() gives a layer that does to raw features what the layer does to scaled ones", () => {
  // (107, 5) is (2, 2) when scaled: 4 * 2 + 2 + 10 and -2 * 2 + 3 * 2 - 1.
  assertNumbers(apply(layer, [2, 2]), [20, 1]);
  assertNumbers(apply(absorbScaling(layer, scaling), [107, 5]), [20, 1]);
});

Deno.test("releaseScaling() gives a layer that does to scaled features what the layer does to raw ones", () => {
  const { weight, bias } = releaseScaling(layer, scaling);
  assertNumbers(weight.data, [8, 0.5, -4, 1.5]);
  // 4 * 103 + 4 + 10 and -2 * 103 + 3 * 4 - 1.
  assertNumbers(bias.data, [426, -195]);
  // (107, 5): 4 * 107 + 5 + 10 and -2 * 107 + 3 * 5 - 1.
  assertNumbers(apply({ weight, bias }, [2, 2]), [443, -200]);
});
