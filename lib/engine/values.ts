import { sameShape } from "./_trace/graph.ts";
import { tf } from "./tf.ts";
import { type Leaf, leaves, type MapTree, mapTree, type Tree } from "./tree.ts";

/** The number types of inputs and outputs. Booleans are bytes, 0 or 1. */
export type DType = "float32" | "int32" | "bool";

/** The numbers of a tensor, in C order. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** The shape and type of an input of a compiled function. */
export interface TensorSpec {
  /** The size of each axis; [] for a scalar. */
  readonly shape: readonly number[];
  /** The type of its numbers. */
  readonly dtype: DType;
}

/** A tensor as plain numbers. */
export interface HostTensor extends TensorSpec {
  /** The numbers, last axis fastest. */
  readonly data: TensorData;
}

/** A tensor that an engine holds, such as the training state between two steps. */
export interface Value extends TensorSpec {
  /** A copy of the numbers, in C order. */
  read(): Promise<TensorData>;
  /** Frees it. Using it afterwards is an error. */
  dispose(): void;
}

/** A tree of specs with tensors in their place: the argument of a compiled function. */
export type TensorsOf<S> = MapTree<S, TensorSpec, tf.Tensor>;

/** A tree of specs with numbers, or values from an earlier run, in their place: the argument of `run`. */
export type InputsOf<S> = MapTree<S, TensorSpec, HostTensor | Value>;

/** A tree of specs with plain numbers in their place: the inputs of `bind`. */
export type HostsOf<S> = MapTree<S, TensorSpec, HostTensor>;

/** The tree that the function returned with plain numbers in place of its tensors: the outputs of `bind`. */
export type HostOutputsOf<R> = MapTree<R, tf.Tensor, HostTensor>;

/** The tree that the function returned with values in place of its tensors: the result of `run`. */
export type OutputsOf<R> = MapTree<R, tf.Tensor, Value>;

/** A function from one tree of tensors to another. */
export type TensorFunction = (inputs: Tree<tf.Tensor>) => Tree<tf.Tensor>;

/** True for a leaf of a tree of specs, numbers or values: an object with a shape and a dtype. */
export function isSpec(node: unknown): node is TensorSpec {
  return typeof node === "object" && node !== null && "shape" in node && "dtype" in node;
}

/** True for a tensor of TensorFlow.js. */
export function isTensor(node: unknown): node is tf.Tensor {
  return node instanceof tf.Tensor;
}

/** A float32 spec: `float32(20, 1280)` for [20, 1280]. */
export function float32(...shape: readonly number[]): TensorSpec {
  return { shape, dtype: "float32" };
}

/** An int32 spec, see {@linkcode float32}. */
export function int32(...shape: readonly number[]): TensorSpec {
  return { shape, dtype: "int32" };
}

/**
 * Numbers with a shape. They are float32 for a Float32Array or plain numbers, int32 for an Int32Array, and bool for
 * bytes. A typed array is not copied.
 *
 * @example
 * ```ts
 * import { hostTensor } from "@ctsurv/ctsurv/engine";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const ages = hostTensor([61, 70, 58], [3, 1]);
 * assertEquals([ages.dtype, ages.shape], ["float32", [3, 1]]);
 * assertThrows(() => hostTensor([61, 70], [3, 1]), RangeError, "holds 3 numbers, got 2");
 * ```
 *
 * @throws {RangeError} If the shape holds another count of numbers.
 */
export function hostTensor(data: TensorData | readonly number[], shape: readonly number[]): HostTensor {
  const typed = ArrayBuffer.isView(data) ? data : Float32Array.from(data);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (typed.length !== size) {
    throw new RangeError(`Shape [${shape}] holds ${size} numbers, got ${typed.length}`);
  }
  const dtype = typed instanceof Float32Array ? "float32" : typed instanceof Int32Array ? "int32" : "bool";
  return { shape, dtype, data: typed };
}

/**
 * A tree of numbers as tensors, for example frozen parameters that a compiled function takes from outside. Free them
 * with `tf.dispose`.
 */
export function toTensors<H>(host: H): MapTree<H, HostTensor, tf.Tensor> {
  return mapTree(
    host as unknown as Tree<HostTensor>,
    isSpec as (node: unknown) => node is HostTensor,
    ({ data, shape, dtype }) => tf.tensor(outsideSharedMemory(data), [...shape], dtype),
  ) as unknown as MapTree<H, HostTensor, tf.Tensor>;
}

/** The signature for inputs like these: the same tree with the shape and type of each. */
export function signatureOf<H>(host: H): MapTree<H, TensorSpec, TensorSpec> {
  return mapTree(
    host as unknown as Tree<TensorSpec>,
    isSpec,
    ({ shape, dtype }) => ({ shape, dtype }),
  ) as unknown as MapTree<
    H,
    TensorSpec,
    TensorSpec
  >;
}

/**
 * A function that lists the inputs of a run in the order of the signature. It throws a `TypeError` if an input is
 * missing, or if its shape or type is not that of the signature.
 */
export function inputReader(signature: Tree<TensorSpec>): (inputs: unknown) => (HostTensor | Value)[] {
  const places = leaves(signature, isSpec);
  return (inputs) =>
    places.map(({ keys, path, value: spec }) => {
      const value = keys.reduce<unknown>(child, inputs);
      if (!isSpec(value)) throw new TypeError(`Missing input "${path}" [${spec.shape}]`);
      if (!sameShape(value.shape, spec.shape) || value.dtype !== spec.dtype) {
        throw new TypeError(
          `Input "${path}" is ${value.dtype} [${value.shape}], but the function was compiled for ` +
            `${spec.dtype} [${spec.shape}]`,
        );
      }
      return value as HostTensor | Value;
    });
}

/**
 * The arrays of a tree, in the order of the outputs of a function.
 *
 * @param expected The tree of specs, values or tensors that the function gives.
 * @throws {TypeError} If an array is missing, or if its shape or type is not that of the output.
 */
export function hostOutputs(outputs: unknown, expected: readonly Leaf<TensorSpec>[]): HostTensor[] {
  return expected.map(({ keys, path, value: spec }) => {
    const host = keys.reduce<unknown>(child, outputs);
    if (!isSpec(host) || !("data" in host)) throw new TypeError(`Missing an array for the output "${path}"`);
    if (!sameShape(host.shape, spec.shape) || host.dtype !== spec.dtype) {
      throw new TypeError(
        `The array for the output "${path}" is ${host.dtype} [${host.shape}], but the output is ` +
          `${spec.dtype} [${spec.shape}]`,
      );
    }
    return host as HostTensor;
  });
}

function child(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
}

const isValue = isSpec as (node: unknown) => node is Value;

/**
 * Reads the numbers of a tree of values.
 *
 * @example
 * ```ts
 * import { compile, cpuEngine, disposeValues, hostTensor, readValues, signatureOf, tf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const inputs = { logits: hostTensor([0, 0, 2, 2], [2, 2]) };
 * const program = await compile(
 *   cpuEngine(),
 *   ({ logits }) => ({ probabilities: tf.softmax(logits) }),
 *   signatureOf(inputs),
 * );
 * const values = await program.run(inputs);
 * const { probabilities } = await readValues(values);
 * assertEquals([...probabilities.data], [0.5, 0.5, 0.5, 0.5]);
 * disposeValues(values);
 * ```
 */
export async function readValues<V>(values: V): Promise<MapTree<V, Value, HostTensor>> {
  const tree = values as unknown as Tree<Value>;
  const host = await Promise.all(
    leaves(tree, isValue).map(async ({ value }) => hostTensor(await value.read(), value.shape)),
  );
  let next = 0;
  return mapTree(tree, isValue, () => host[next++]!) as unknown as MapTree<V, Value, HostTensor>;
}

/** Frees a tree of values. Using one afterwards is an error. */
export function disposeValues(values: unknown): void {
  for (const { value } of leaves(values as Tree<Value>, isValue)) value.dispose();
}

/** A tree of specs with zeros in their place, in float32. */
export function zerosOf<S>(spec: S): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(
    spec as unknown as Tree<TensorSpec>,
    isSpec,
    ({ shape }) => hostTensor(new Float32Array(shape.reduce((product, dim) => product * dim, 1)), shape),
  ) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/** Numbers as native libraries take them: those in memory that threads share are copied, others are given back. */
export function outsideSharedMemory<Data extends TensorData>(data: Data): Data {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() as Data : data;
}
