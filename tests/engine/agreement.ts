import { assert, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { compile, type Engine, type HostTensor, hostTensor, signatureOf, type tf } from "@ctsurv/engine/mod.ts";

/** Standard normal numbers, the same whenever the shape is. */
export function normal(...shape: readonly number[]): HostTensor {
  const random = createRandom(1, "normal", ...shape);
  return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => random.normal()), shape);
}

/** Uniform numbers, the same whenever the arguments are. */
export function between(low: number, high: number, ...shape: readonly number[]): HostTensor {
  const random = createRandom(1, "between", low, high, ...shape);
  return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => random.between(low, high)), shape);
}

/** Uniform whole numbers from `low` to `high`, both included, the same whenever the arguments are. */
export function integers(low: number, high: number, ...shape: readonly number[]): HostTensor {
  const random = createRandom(1, "integers", low, high, ...shape);
  return hostTensor(Int32Array.from({ length: sizeOf(shape) }, () => random.integer(low, high)), shape);
}

/** Coin tosses, the same whenever the shape is. */
export function booleans(...shape: readonly number[]): HostTensor {
  return hostTensor(Uint8Array.from(integers(0, 1, ...shape).data), shape);
}

/** A vector of the given numbers. */
export function vector(...numbers: readonly number[]): HostTensor {
  return hostTensor(numbers, [numbers.length]);
}

/** A vector of the given whole numbers. */
export function intVector(...numbers: readonly number[]): HostTensor {
  return hostTensor(Int32Array.from(numbers), [numbers.length]);
}

/** Compiles a function of a list of tensors, runs it once, and frees everything. */
export async function evaluate(
  engine: Engine,
  fn: (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[],
  inputs: readonly HostTensor[],
): Promise<HostTensor[]> {
  const compiled = await compile(engine, fn, signatureOf(inputs));
  try {
    const values = await compiled.run(inputs);
    return await Promise.all(values.map(async (value) => {
      const read = { shape: [...value.shape], dtype: value.dtype, data: await value.read() };
      value.dispose();
      return read;
    }));
  } finally {
    await compiled.dispose();
  }
}

/**
 * Asserts the same shape, type and numbers: whole numbers and booleans exactly, floats within `tolerance` of the
 * largest finite entry (or of `scale`, if that is larger), infinities and NaN in the same places.
 */
export function assertClose(
  actual: HostTensor,
  expected: HostTensor,
  message: string,
  { tolerance = 1e-5, scale = 0 }: { readonly tolerance?: number; readonly scale?: number } = {},
): void {
  assertEquals([actual.dtype, ...actual.shape], [expected.dtype, ...expected.shape], message);
  const finite = [...expected.data].filter(Number.isFinite);
  const allowed = expected.dtype === "float32" ? tolerance * Math.max(scale, ...finite.map(Math.abs)) : 0;
  expected.data.forEach((wanted, i) => {
    const got = actual.data[i]!;
    assert(
      Object.is(got, wanted) || got === wanted || Math.abs(got - wanted) <= allowed,
      `${message}: entry ${i} of [${expected.shape}] is ${got}, not ${wanted} (allowed ${allowed})`,
    );
  });
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
