import { assertEquals } from "@std/assert";
import { activationPieces } from "../../lib/training/activation_pieces.ts";

/** A patient whose activations count from `first`. */
function patient(count: number, shape: readonly number[], first: number) {
  const size = count * shape.reduce((product, dim) => product * dim, 1);
  return { count, shape, data: Float16Array.from({ length: size }, (_, i) => first + i) };
}

const listed = (...args: Parameters<typeof activationPieces>) =>
  [...activationPieces(...args)].map((
    { activations: { shape, data }, from, count },
  ) => [shape, [...data], from, count]);

Deno.test("activationPieces() cuts the slices of all patients, whosever they are, and fills up the last piece", () => {
  assertEquals(listed([patient(2, [2], 1), patient(1, [2], 11), patient(4, [2], 21)], 3), [
    [[3, 2], [1, 2, 3, 4, 11, 12], 0, 3],
    [[3, 2], [21, 22, 23, 24, 25, 26], 3, 3],
    [[3, 2], [27, 28, 0, 0, 0, 0], 6, 1],
  ]);
});

Deno.test("activationPieces() gives volumes of any shape one by one", () => {
  assertEquals(listed([patient(1, [2, 1], 1), patient(1, [3, 1], 11)], 1), [
    [[1, 2, 1], [1, 2], 0, 1],
    [[1, 3, 1], [11, 12, 13], 1, 1],
  ]);
});
