import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../tf.ts";
import type { ConstantData, GraphBuilder, OnnxDType, Ref } from "./graph.ts";

interface Constant {
  readonly data: ConstantData;
  readonly shape: readonly number[];
  readonly dtype: OnnxDType;
}

/** A value of one graph. It cannot be used in another. */
interface Recorded {
  readonly ref: Ref;
  readonly graph: GraphBuilder;
}

/**
 * A tfjs backend that computes nothing. A tensor on it is either a name in the graph that is being built, or numbers that
 * were known before; such numbers become a constant of the graph.
 */
export class TraceBackend extends tf.KernelBackend {
  readonly #data = new tf.DataStorage<Recorded | Constant>(this, tf.engine());
  readonly #references = new WeakMap<object, number>();
  #graph: GraphBuilder | undefined;
  #constants = new Map<object, Ref>();

  /** The graph being built. */
  get graph(): GraphBuilder {
    if (!this.#graph) throw usedAfterTracing();
    return this.#graph;
  }

  /** Starts a graph, or with no argument ends it. */
  begin(graph?: GraphBuilder): void {
    if (graph && this.#graph) throw new Error("A traced function cannot call compile()");
    this.#graph = graph;
    this.#constants = new Map();
  }

  /** The value of the graph for a tensor. Numbers from outside become a constant. */
  ref(dataId: tf.DataId): Ref {
    const entry = this.#data.get(dataId);
    if ("ref" in entry) {
      if (entry.graph !== this.#graph) throw usedAfterTracing();
      return entry.ref;
    }
    let ref = this.#constants.get(dataId);
    if (!ref) {
      ref = this.graph.constant(entry.data, entry.shape, entry.dtype);
      this.#constants.set(dataId, ref);
    }
    return ref;
  }

  /** A tensor for a value of the graph. */
  tensorInfo(ref: Ref): tf.TensorInfo {
    const dataId = {};
    this.#store(dataId, { ref, graph: this.graph }, 1);
    return { dataId, shape: [...ref.shape], dtype: ref.dtype as tf.DataType };
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: tf.DataId,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    this.#store(dataId, toConstant(values, shape, dtype), refCount);
  }

  override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
    const entry = this.#data.get(dataId);
    const data = "ref" in entry ? entry.ref.constant : entry.data;
    if (data === undefined) {
      const { name, shape } = (entry as Recorded).ref;
      throw new Error(
        `Cannot read the value of "${name}" [${shape}] while tracing: a compiled function is recorded ` +
          `before it has numbers, so dataSync(), arraySync() and print() must stay outside of it`,
      );
    }
    return data as Float32Array;
  }

  override read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues> {
    return new Promise((resolve) => resolve(this.readSync(dataId)));
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const count = this.refCount(dataId) - 1;
    this.#references.set(dataId, count);
    if (!force && count > 0) return false;
    this.#data.delete(dataId);
    return true;
  }

  override refCount(dataId: tf.DataId): number {
    return this.#references.get(dataId) ?? 0;
  }

  override incRef(dataId: tf.DataId): void {
    this.#references.set(dataId, this.refCount(dataId) + 1);
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  #store(dataId: object, entry: Recorded | Constant, refCount: number): void {
    this.#data.set(dataId, entry);
    this.#references.set(dataId, refCount);
  }
}

function usedAfterTracing(): Error {
  return new Error("A tensor of a traced function was used after tracing: return it, and run() gives its value");
}

function toConstant(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): Constant {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new TypeError(`Cannot trace a tensor of type ${dtype}: use float32, int32 or bool`);
  }
  const numbers = (values ?? new Float32Array(sizeOf(shape))) as ArrayLike<number>;
  const data = dtype === "float32"
    ? (numbers instanceof Float32Array ? numbers : Float32Array.from(numbers))
    : dtype === "int32"
    ? (numbers instanceof Int32Array ? numbers : Int32Array.from(numbers))
    : (numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers));
  return { data, shape, dtype };
}
