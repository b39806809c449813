import { setImmediate } from "node:timers";
import { countMacs } from "../_trace/graph.ts";
import { trace } from "../_trace/trace.ts";
import type { Engine, Program } from "../engine.ts";
import { onBackend, tf } from "../tf.ts";
import { leaves, mapTree, type Tree } from "../tree.ts";
import {
  type DType,
  hostOutputs,
  type HostTensor,
  inputReader,
  isSpec,
  isTensor,
  outsideSharedMemory,
  type TensorData,
  type TensorFunction,
  type TensorSpec,
  type Value,
} from "../values.ts";

/** A tensor on a tfjs backend. */
class TensorValue implements Value {
  constructor(readonly tensor: tf.Tensor) {}

  get shape(): readonly number[] {
    return this.tensor.shape;
  }

  get dtype(): DType {
    return this.tensor.dtype as DType;
  }

  async read(): Promise<TensorData> {
    return (await this.tensor.data()) as TensorData;
  }

  dispose(): void {
    this.tensor.dispose();
  }
}

/** The tfjs backend that an eager engine runs on, and its names. */
export interface EagerEngineOptions {
  /** `Engine.name`. */
  readonly name: string;
  /** `Engine.description`. */
  readonly description: string;
  /** The tfjs name of a backend that has started. */
  readonly backend: string;
  /** If a function needs a kernel that `backend` lacks, the whole function runs on this backend instead. */
  readonly fallback?: string;
}

/** Runs functions operation by operation on a tfjs backend, as they are written: the reference for traced functions. */
export function eagerEngine({ name, description, backend, fallback }: EagerEngineOptions): Engine {
  return {
    name,
    description,
    prepare(fn, signature): Promise<Program> {
      const readInputs = inputReader(signature);
      let runsOn = backend;
      const run = (ordered: readonly (HostTensor | Value)[]) => {
        const compute = () => onBackend(runsOn, () => evaluate(fn, signature, ordered));
        try {
          return compute();
        } catch (error) {
          if (fallback === undefined || runsOn === fallback || !lacksKernel(error)) throw error;
          runsOn = fallback;
          return compute();
        }
      };
      return Promise.resolve({
        get macs() {
          return countMacs(trace(fn, signature).graph);
        },
        async run(inputs) {
          const outputs = run(readInputs(inputs));
          await eventLoop();
          return outputs;
        },
        bind(inputs, outputs) {
          const ordered = readInputs(inputs);
          return async () => {
            const computed = leaves(run(ordered), isSpec as (node: unknown) => node is Value);
            try {
              const arrays = hostOutputs(outputs, computed);
              for (const [i, { value }] of computed.entries()) arrays[i]!.data.set(await value.read());
            } finally {
              for (const { value } of computed) value.dispose();
            }
            await eventLoop();
          };
        },
        dispose: () => Promise.resolve(),
      });
    },
  };
}

/**
 * Lets the event loop turn once. What runs here never waits for anything, so that a loop of runs would hear of no signal
 * (the Stop button of a notebook) and no timer until its end. It takes microseconds, where a timer takes a millisecond.
 */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function evaluate(
  fn: TensorFunction,
  signature: Tree<TensorSpec>,
  inputs: readonly (HostTensor | Value)[],
): Tree<Value> {
  tf.engine().startScope();
  try {
    let next = 0;
    const tensors = mapTree(signature, isSpec, () => {
      const value = inputs[next++]!;
      return value instanceof TensorValue ? value.tensor : toTensor(value);
    });
    // Clones, so that an output that is an input can be disposed of by itself.
    return mapTree(fn(tensors), isTensor, (tensor) => new TensorValue(tf.keep(tensor.clone())));
  } finally {
    tf.engine().endScope();
  }
}

function toTensor(value: HostTensor | Value): tf.Tensor {
  if (!("data" in value)) throw new TypeError("A value of another engine cannot be an input of an eager engine");
  return tf.tensor(outsideSharedMemory(value.data), [...value.shape], value.dtype);
}

function lacksKernel(error: unknown): boolean {
  return error instanceof Error && /^Kernel '.*' not registered/.test(error.message);
}

/** TensorFlow.js in plain JavaScript. It has every kernel, and is slower than WebAssembly. */
export function cpuEngine(): Engine {
  return eagerEngine({ name: "cpu", description: `tfjs-backend-cpu ${tf.version_core}`, backend: "cpu" });
}
