import type ort from "onnxruntime-node";
import { InputError } from "@ctsurv/base/mod.ts";
import { countMacs } from "../_trace/graph.ts";
import { trace } from "../_trace/trace.ts";
import type { Engine, Program } from "../engine.ts";
import { leaves, mapTree } from "../tree.ts";
import {
  type DType,
  hostOutputs,
  type HostTensor,
  inputReader,
  isSpec,
  isTensor,
  outsideSharedMemory,
  type TensorData,
  type TensorSpec,
  type Value,
} from "../values.ts";
import { encodeModel } from "./_encode_model.ts";
import { onnxRuntime } from "./_onnxruntime.ts";

/** Where ONNX Runtime computes: its execution provider. */
export type Provider = "cpu" | "webgpu" | "cuda";

/** Options of {@linkcode onnxEngine}. */
export interface OnnxEngineOptions {
  /** The GPU providers need their own drivers and libraries. @default {"cpu"} */
  readonly provider?: Provider;
  /** Threads of one operation. @default {one for each core, ONNX Runtime's own choice} */
  readonly threads?: number;
}

/** A tensor that ONNX Runtime made. It goes into a later run without a copy. */
class OnnxValue implements Value {
  readonly #tensor: ort.Tensor;

  constructor(tensor: ort.Tensor) {
    this.#tensor = tensor;
  }

  get shape(): readonly number[] {
    return this.#tensor.dims;
  }

  get dtype(): DType {
    return this.#tensor.type as DType;
  }

  get tensor(): ort.Tensor {
    return this.#tensor;
  }

  read(): Promise<TensorData> {
    return this.#tensor.getData() as Promise<TensorData>;
  }

  dispose(): void {
    this.#tensor.dispose();
  }
}

/** On the CPU a session that cannot be made is a defect; on a GPU it is the machine. */
async function withProvider<T>(provider: Provider, create: () => Promise<T>): Promise<T> {
  try {
    if (provider === "webgpu") requireVulkan();
    return await create();
  } catch (error) {
    if (provider === "cpu") throw error;
    const needs = {
      webgpu: "a GPU and its driver (Vulkan, Direct3D 12 or Metal)",
      cuda:
        "an NVIDIA GPU with CUDA 12 and cuDNN 9, and ONNX Runtime's CUDA libraries, which its npm package does not contain",
    };
    // Of ONNX Runtime's message the part behind the place in its sources.
    const reason = (error as Error).message.trim().split("\n").at(-1)!.replace(
      /^(\/\S+ )?(.* was false\. |Could not open library: )*/,
      "",
    );
    throw new InputError(
      `The engine onnx:${provider} cannot be used on this machine: ${reason}. It needs ${needs[provider]} ` +
        "(docs/GPU.md says how). Choose CTSURV_ENGINE=onnx, which runs on the processor",
      { cause: error },
    );
  }
}

/** Where the system has no Vulkan, WebGPU's implementation prints a stack before it fails. */
function requireVulkan(): void {
  if (Deno.build.os === "linux") Deno.dlopen("libvulkan.so.1", {}).close();
}

function toOrt(value: HostTensor | Value): ort.Tensor {
  if (value instanceof OnnxValue) return value.tensor;
  if (!("data" in value)) throw new TypeError("A value of another engine cannot be an input of the onnx engine");
  const { Tensor } = onnxRuntime();
  return new Tensor(value.dtype, outsideSharedMemory(value.data) as Float32Array, value.shape);
}

/** A tensor that is the array itself, which ONNX Runtime cannot make of memory that threads share. */
function tied(value: HostTensor): ort.Tensor {
  if (!(value.data.buffer instanceof SharedArrayBuffer)) return toOrt(value);
  throw new TypeError("An array in memory that threads share cannot be bound: copy it into one of your own");
}

/**
 * An engine that traces functions to ONNX graphs and runs them in ONNX Runtime, in float32.
 *
 * @throws {InputError} If ONNX Runtime does not load; from `prepare`, if a GPU provider is not there: no such device,
 *   driver or library.
 */
export function onnxEngine({ provider = "cpu", threads }: OnnxEngineOptions = {}): Engine {
  const { env, InferenceSession } = onnxRuntime();
  // What a missing GPU means is said by an error; ONNX Runtime's log would say it again, in its own words.
  if (provider !== "cpu") env.logLevel = "fatal";
  return {
    name: "onnx",
    description: `onnxruntime-node ${env.versions.node} (${provider})`,
    isDivisible: provider === "cpu",
    async prepare(fn, signature, options = {}): Promise<Program> {
      const intraOpNumThreads = options.threads ?? threads;
      const { graph, result } = trace(fn, signature);
      const session = await withProvider(provider, () =>
        InferenceSession.create(encodeModel(graph), {
          executionProviders: [provider],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
          // Idle threads of one session would otherwise spin on the cores that the next one needs.
          extra: { session: { force_spinning_stop: "1" } },
          ...(intraOpNumThreads === undefined ? {} : { intraOpNumThreads }),
        }));
      const readInputs = inputReader(signature);
      let output = 0;
      const places = leaves(mapTree(result, isTensor, () => graph.outputs[output++]! as TensorSpec), isSpec);
      return {
        macs: countMacs(graph),
        async run(inputs) {
          const ordered = readInputs(inputs);
          const feeds = Object.fromEntries(graph.inputs.map((ref, i) => [ref.name, toOrt(ordered[i]!)]));
          const fetched = await session.run(feeds);
          let next = 0;
          return mapTree(result, isTensor, () => new OnnxValue(fetched[graph.outputs[next++]!.name]!));
        },
        bind(inputs, outputs) {
          const ordered = readInputs(inputs);
          const arrays = hostOutputs(outputs, places);
          const feeds = Object.fromEntries(graph.inputs.map((ref, i) => [ref.name, tied(ordered[i] as HostTensor)]));
          // ONNX Runtime writes into the memory of the tensors it is given here.
          const fetches = Object.fromEntries(graph.outputs.map((ref, i) => [ref.name, tied(arrays[i]!)]));
          return async () => {
            await session.run(feeds, fetches);
          };
        },
        dispose: () => session.release(),
      };
    },
  };
}
