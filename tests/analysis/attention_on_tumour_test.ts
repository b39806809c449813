import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type AttendedPatient, attentionEntropy, attentionOnTumour } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";

/** Ten slices, tumour on one to five of them. */
function samplePatient(_: unknown, patient: number): AttendedPatient {
  const attention = Array.from({ length: 10 }, (_, slice) => 1 + (7 * patient + 3 * slice) % 11);
  return { attention, tumours: [[2, 2 + patient % 5]] };
}

Deno.test("attentionOnTumour() counts the attention on slices with tumour, by hand", () => {
  const result = attentionOnTumour([
    { attention: [0.1, 0.2, 0.3, 0.4], tumours: [[1, 1], [3, 3]] },
    // Not scaled to 1.
    { attention: Float32Array.of(6, 1, 1, 1, 1), tumours: [[0, 0]] },
  ])!;
  assertEquals(result.patients, 2);
  assertAlmostEquals(result.attended, (0.6 + 0.6) / 2, 1e-12);
  assertAlmostEquals(result.uniform, (0.5 + 0.2) / 2, 1e-12);
  assertAlmostEquals(result.excess, 0.25, 1e-12);
  // Of two patients every quarter of the samples holds one of them twice.
  assertAlmostEquals(result.interval[0], 0.1, 1e-12);
  assertAlmostEquals(result.interval[1], 0.4, 1e-12);
});

Deno.test("attentionOnTumour() is nothing but the uniform share where attention is uniform", () => {
  const patients = Array.from({ length: 8 }, samplePatient).map(({ tumours }) => ({
    attention: new Float32Array(10).fill(0.1),
    tumours,
  }));
  const { attended, uniform, excess, interval } = attentionOnTumour(patients)!;
  assertAlmostEquals(attended, uniform, 1e-12);
  for (const value of [excess, ...interval]) assertAlmostEquals(value, 0, 1e-12);
});

Deno.test("attentionOnTumour() agrees with SciPy 1.17.1: numpy.mean, and bootstrap of 200,000 resamples", () => {
  const patients = Array.from({ length: 60 }, samplePatient);
  const { attended, uniform, excess, interval: [low, high] } = attentionOnTumour(patients, { replicates: 20_000 })!;
  assertAlmostEquals(attended, 0.29872353856294576, 1e-12);
  assertAlmostEquals(uniform, 0.3, 1e-12);
  assertAlmostEquals(excess, -0.0012764614370542628, 1e-12);
  // scipy.stats.bootstrap(method="percentile"), three seeds: -0.01734 to -0.01735, 0.01500 to 0.01507.
  assertAlmostEquals(low, -0.01735, 5e-4);
  assertAlmostEquals(high, 0.01503, 5e-4);
});

Deno.test("attentionOnTumour() leaves out patients whose share does not depend on attention", () => {
  const without = { attention: [0.5, 0.5], tumours: [] };
  const full = { attention: [0.9, 0.1], tumours: [[0, 1]] } as const;
  const one = { attention: [0.9, 0.1], tumours: [[0, 0]] } as const;
  assertEquals(attentionOnTumour([without, full]), null);
  assertEquals(attentionOnTumour([]), null);
  assertEquals(attentionOnTumour([without, one, full]), attentionOnTumour([one]));
  assertEquals(attentionOnTumour([one])!.patients, 1);
});

Deno.test("attentionOnTumour() gives a wider interval for a higher level, the same one for the same seed", () => {
  const patients = Array.from({ length: 30 }, samplePatient);
  const width = (level: number) => {
    const [low, high] = attentionOnTumour(patients, { level })!.interval;
    return high - low;
  };
  assertEquals(width(0.99) > width(0.8), true);
  assertEquals(attentionOnTumour(patients, { seed: 3 }), attentionOnTumour(patients, { seed: 3 }));
});

Deno.test("attentionOnTumour() refuses weights and extents that cannot be", () => {
  for (
    const [patient, message] of [
      [{ attention: [], tumours: [] }, "adds up to 0"],
      [{ attention: [0, 0], tumours: [] }, "adds up to 0"],
      [{ attention: [0.5, -0.5], tumours: [] }, "slice 1 of 2 is -0.5"],
      [{ attention: [NaN, 1], tumours: [] }, "slice 0 of 2 is NaN"],
      [{ attention: [0.5, 0.5], tumours: [[1, 2]] }, "The tumour is on slices 1 to 2"],
    ] as const
  ) assertThrows(() => attentionOnTumour([patient]), InputError, message);
});

Deno.test("attentionEntropy() is 1 for equal weights, 0 for one slice, and SciPy's in between", () => {
  assertAlmostEquals(attentionEntropy(new Float32Array(7).fill(1 / 7)), 1, 1e-12);
  assertEquals(attentionEntropy([0, 0, 1, 0]), 0);
  assertEquals(attentionEntropy([1]), 1);
  // SciPy 1.17.1: entropy(weights) / log(slices)
  assertAlmostEquals(attentionEntropy([0.5, 0.25, 0.125, 0.125, 0]), 0.7536839766284379, 1e-12);
  assertAlmostEquals(attentionEntropy([7, 2, 1]), 0.7298466991620975, 1e-12);
  assertThrows(() => attentionEntropy([]), InputError);
});
