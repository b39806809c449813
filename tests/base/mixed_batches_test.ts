import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createRandom, mixedBatches } from "@ctsurv/base/mod.ts";

/** Chunks of three examples of two numbers each; an example's truth is its number. */
const draw = (chunk: number) =>
  Promise.resolve({
    input: Float32Array.from({ length: 6 }, (_, i) => 6 * chunk + i),
    truth: Float32Array.from({ length: 3 }, (_, i) => 3 * chunk + i),
    count: 3,
  });
const start = (seed: number, ahead: number) =>
  mixedBatches({ draw, waiting: 9, ahead, random: createRandom(seed, "batches") });

Deno.test("mixedBatches() gives each example once, with its own truth, out of several chunks", async () => {
  const next = start(1, 2);
  const seen: number[] = [];
  for (let batch = 0; batch < 10; batch++) {
    const { input, truth, count } = await next(4);
    assertEquals([count, input.length, truth.length], [4, 8, 4]);
    truth.forEach((example, k) => assertEquals([...input.subarray(2 * k, 2 * k + 2)], [2 * example, 2 * example + 1]));
    seen.push(...truth);
  }
  assertEquals(new Set(seen).size, 40);
});

Deno.test("mixedBatches() depends on the seed, and not on how many chunks are drawn ahead", async () => {
  const [one, three, other] = [await start(1, 1)(5), await start(1, 3)(5), await start(2, 1)(5)];
  assertEquals(one, three);
  assertNotEquals(one.truth, other.truth);
});

Deno.test("mixedBatches() gives whoever takes a batch the error of a chunk", async () => {
  const failing = () => Promise.reject(new Error("no phantom"));
  const next = mixedBatches({ draw: failing, waiting: 9, ahead: 2, random: createRandom(1, "batches") });
  await assertRejects(() => next(1), Error, "no phantom");
});
