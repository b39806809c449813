import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { activationPieces, activationReader } from "@ctsurv/training/fine_tuning/_activations.ts";
import { hashedPatient } from "./final_blocks.ts";

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

/** Activations of 2 x 3 numbers, 12 bytes. */
const patients = (count: number) =>
  Array.from({ length: count }, (_, i) => hashedPatient(i, [2, 3], { months: 1, event: 1 }));
const stored = (of: ReturnType<typeof patients>) => of.map(({ activations }) => activations);

Deno.test("activationReader() keeps what fits, and reads the rest each time it is asked for", async () => {
  const four = patients(4);
  const reader = activationReader(2 * 12 + 11);
  for (let time = 0; time < 3; time++) await reader.read(stored(four));
  assertEquals(four.map(({ loads }) => loads), [1, 1, 3, 3]);
  assertEquals(reader.kept, 24);
});

Deno.test("activationReader() reads once what it was told of ahead", async () => {
  const two = patients(2);
  const reader = activationReader(12);
  reader.ahead(stored(two));
  assertEquals(two.map(({ loads }) => loads), [1, 1]);
  const [first, second] = await reader.read(stored(two));
  assertEquals([first, second], await Promise.all(two.map(({ activations }) => activations.load())));
  // One by the assertion.
  assertEquals(two.map(({ loads }) => loads), [2, 2]);
});

Deno.test("activationReader() tells of a failure when the numbers are asked for", async () => {
  const load = () => Promise.reject(new InputError("gone"));
  const lost = { count: 1, shape: [1], key: "lost", load };
  const reader = activationReader(0);
  reader.ahead([lost]);
  await new Promise((resolve) => setTimeout(resolve, 1));
  await assertRejects(() => reader.read([lost]), InputError, "gone");
});
