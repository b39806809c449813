import { tf } from "./tf.ts";
import { sameShape } from "./_trace/graph.ts";
import { leaves, type MapTree, mapTree, type Tree } from "./tree.ts";

/** The number types that cross the engine's border. Booleans are bytes, 0 or 1. */
export type DType = "float32" | "int32" | "bool";

/** The numbers of a tensor, in C order. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** The shape and type of an input of a compiled function. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A tensor as plain numbers. */
export interface HostTensor extends TensorSpec {
  readonly data: TensorData;
}

/** A tensor that an engine holds, such as the training state from one step to the next. */
export interface Value extends TensorSpec {
  /** A copy of the numbers, in C order. */
  read(): Promise<TensorData>;
  /** Frees it. Using it afterwards is an error. */
  dispose(): void;
}

/** Tensors of a tree of specs: what a compiled function receives. */
export type TensorsOf<S> = MapTree<S, TensorSpec, tf.Tensor>;

/** What `run` accepts in place of a tree of specs: numbers, or values from an earlier run. */
export type InputsOf<S> = MapTree<S, TensorSpec, HostTensor | Value>;

/** What `run` gives back for the tree of tensors that the function returned. */
export type OutputsOf<R> = MapTree<R, tf.Tensor, Value>;

/** A function of tensors, whatever the trees it takes and returns. */
export type TensorFunction = (inputs: Tree<tf.Tensor>) => Tree<tf.Tensor>;

/** True for the leaf of a tree of specs. */
export function isSpec(node: unknown): node is TensorSpec {
  return typeof node === "object" && node !== null && "shape" in node && "dtype" in node;
}

/** True for a tfjs tensor. */
export function isTensor(node: unknown): node is tf.Tensor {
  return node instanceof tf.Tensor;
}

/** A float32 spec. */
export function float32(...shape: readonly number[]): TensorSpec {
  return { shape, dtype: "float32" };
}

/** An int32 spec. */
export function int32(...shape: readonly number[]): TensorSpec {
  return { shape, dtype: "int32" };
}

/** Numbers with a shape: float32 for a Float32Array or plain numbers, int32 for an Int32Array, bool for bytes. */
export function hostTensor(data: TensorData | readonly number[], shape: readonly number[]): HostTensor {
  const typed = ArrayBuffer.isView(data) ? data : Float32Array.from(data);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (typed.length !== size) {
    throw new RangeError(`Shape [${shape}] holds ${size} numbers, got ${typed.length}`);
  }
  const dtype = typed instanceof Float32Array ? "float32" : typed instanceof Int32Array ? "int32" : "bool";
  return { shape, dtype, data: typed };
}

/** A tree of numbers as tfjs tensors, such as frozen parameters that a function takes from outside. */
export function toTensors<H>(host: H): MapTree<H, HostTensor, tf.Tensor> {
  return mapTree(
    host as unknown as Tree<HostTensor>,
    isSpec as (node: unknown) => node is HostTensor,
    ({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype),
  ) as unknown as MapTree<H, HostTensor, tf.Tensor>;
}

/** The signature for inputs like these: the same tree of shapes and types. */
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
 * Takes the inputs of a run apart, in the order of the signature.
 *
 * @throws {TypeError} If an input is missing, or its shape or type is not the signature's.
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

function child(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
}

const isValue = isSpec as (node: unknown) => node is Value;

/** The numbers of a tree of values. */
export async function readValues<V>(values: V): Promise<MapTree<V, Value, HostTensor>> {
  const tree = values as unknown as Tree<Value>;
  const host = await Promise.all(
    leaves(tree, isValue).map(async ({ value }) => hostTensor(await value.read(), value.shape)),
  );
  let next = 0;
  return mapTree(tree, isValue, () => host[next++]!) as unknown as MapTree<V, Value, HostTensor>;
}

/** Frees a tree of values. */
export function disposeValues(values: unknown): void {
  for (const { value } of leaves(values as Tree<Value>, isValue)) value.dispose();
}

/** Zeros for a tree of specs. */
export function zerosOf<S>(spec: S): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(
    spec as unknown as Tree<TensorSpec>,
    isSpec,
    ({ shape }) => hostTensor(new Float32Array(shape.reduce((product, dim) => product * dim, 1)), shape),
  ) as unknown as MapTree<S, TensorSpec, HostTensor>;
}
