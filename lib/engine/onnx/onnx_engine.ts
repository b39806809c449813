import ort from "onnxruntime-node";
import { countMacs } from "../_trace/graph.ts";
import { trace } from "../_trace/trace.ts";
import type { Engine, Program } from "../engine.ts";
import { mapTree } from "../tree.ts";
import { type DType, type HostTensor, inputReader, isTensor, type TensorData, type Value } from "../values.ts";
import { encodeModel } from "./_encode_model.ts";

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

function toOrt(value: HostTensor | Value): ort.Tensor {
  if (value instanceof OnnxValue) return value.tensor;
  if (!("data" in value)) throw new TypeError("A value of another engine cannot be an input of the onnx engine");
  return new ort.Tensor(value.dtype, value.data as Float32Array, value.shape);
}

/** An engine that traces functions to ONNX graphs and runs them in ONNX Runtime, in float32. */
export function onnxEngine({ provider = "cpu", threads }: OnnxEngineOptions = {}): Engine {
  return {
    name: "onnx",
    description: `onnxruntime-node ${ort.env.versions.node} (${provider})`,
    isDivisible: provider === "cpu",
    async prepare(fn, signature, options = {}): Promise<Program> {
      const intraOpNumThreads = options.threads ?? threads;
      const { graph, result } = trace(fn, signature);
      const session = await ort.InferenceSession.create(encodeModel(graph), {
        executionProviders: [provider],
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
        // Idle threads of one session would otherwise spin on the cores that the next one needs.
        extra: { session: { force_spinning_stop: "1" } },
        ...(intraOpNumThreads === undefined ? {} : { intraOpNumThreads }),
      });
      const readInputs = inputReader(signature);
      return {
        macs: countMacs(graph),
        async run(inputs) {
          const ordered = readInputs(inputs);
          const feeds = Object.fromEntries(graph.inputs.map((ref, i) => [ref.name, toOrt(ordered[i]!)]));
          const fetched = await session.run(feeds);
          let next = 0;
          return mapTree(result, isTensor, () => new OnnxValue(fetched[graph.outputs[next++]!.name]!));
        },
        dispose: () => session.release(),
      };
    },
  };
}
