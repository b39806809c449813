import { assertEquals, assertThrows } from "@std/assert";
import { paddedSlices, rewriteBatch } from "@ctsurv/training/batch.ts";
import { type BatchOptions, makeBatch } from "@ctsurv/training/mod.ts";

const patients = [
  { id: "a", features: Float32Array.of(1, 2, 3, 4), slices: 2, followUp: { months: 0.5, event: 1 } },
  { id: "b", features: Float32Array.of(5, 6), slices: 1, followUp: { months: 24, event: 0 } },
  { id: "c", features: Float32Array.of(7, 8, 9, 10, 11, 12), slices: 3, followUp: { months: 0.2, event: 0 } },
] as const;

Deno.test("paddedSlices() are whole steps of 32", () => {
  assertEquals([1, 31, 32, 33, 64, 65].map(paddedSlices), [32, 32, 32, 64, 64, 96]);
});

Deno.test("makeBatch() lays slices one after the other, and what fills up belongs to nobody and weighs nothing", () => {
  const { features, membership, bin, event, weight } = makeBatch(patients, { rows: 5 });
  assertEquals(features.shape, [32, 2]);
  assertEquals([...features.data], [...Array.from({ length: 12 }, (_, i) => i + 1), ...Array(52).fill(0)]);
  assertEquals(membership.shape, [5, 32]);
  const owned = Array.from({ length: 5 }, (_, row) => {
    const slices = [...membership.data.slice(32 * row, 32 * (row + 1))];
    assertEquals([...new Set(slices)].filter((x) => x !== 0 && x !== 1), []);
    return slices.flatMap((x, k) => x === 1 ? [k] : []);
  });
  assertEquals(owned, [[0, 1], [2], [3, 4, 5], [], []]);
  assertEquals([...bin.data], [0, 23, -1, -1, -1]);
  assertEquals([...event.data], [1, 0, 0, 0, 0]);
  assertEquals([...weight.data], [1, 1, 1, 0, 0]);
});

Deno.test("makeBatch() refuses patients whose slices have another number of features than the first one's", () => {
  const other = { ...patients[2], features: new Float32Array(9) };
  assertThrows(() => makeBatch([patients[0], other]), TypeError, "9 numbers are not 3 slices of 2 features");
});

Deno.test("rewriteBatch() leaves nothing of the batch before", () => {
  const batch = makeBatch(patients, { rows: 3 });
  rewriteBatch(batch, patients.slice(1, 2), { bins: 24, labels: "interval" });
  assertEquals(batch, makeBatch(patients.slice(1, 2), { rows: 3 }));
});

Deno.test("makeBatch() takes one row for each patient unless told otherwise", () => {
  const { membership, weight } = makeBatch(patients.slice(1));
  assertEquals(membership.shape, [2, 32]);
  assertEquals([...weight.data], [1, 1]);
});

Deno.test("makeBatch() reads months as training is told to, in as many bins as the network has", () => {
  const followUps = [{ months: 2, event: 1 }, { months: 12, event: 1 }, { months: 13.5, event: 0 }] as const;
  const followed = followUps.map((followUp, i) => ({ ...patients[i]!, followUp }));
  const labels = (options?: BatchOptions) => {
    const { bin, event } = makeBatch(followed, options);
    return [[...bin.data], [...event.data]];
  };
  assertEquals(labels(), [[1, 11, 12], [1, 1, 0]]);
  assertEquals(labels({ labels: "lab" }), [[2, 12, 13], [1, 1, 0]]);
  assertEquals(labels({ bins: 12 }), [[1, 11, 11], [1, 1, 0]]);
  assertEquals(labels({ bins: 12, labels: "lab" }), [[2, 11, 11], [1, 0, 0]]);
});
