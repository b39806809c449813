import { onBackend, tf } from "../tf.ts";
import { leaves, mapTree, type Tree } from "../tree.ts";
import { isSpec, isTensor, type TensorFunction, type TensorSpec } from "../values.ts";
import { type Graph, GraphBuilder, type Ref, type TraceKernel } from "./graph.ts";
import { convolutionKernels } from "./kernels/convolutions.ts";
import { elementwiseKernels } from "./kernels/elementwise.ts";
import { linearKernels, normalisationKernels } from "./kernels/linear.ts";
import { poolingKernels } from "./kernels/pooling.ts";
import { reductionKernels } from "./kernels/reductions.ts";
import { resizingKernels } from "./kernels/resizing.ts";
import { shapeKernels } from "./kernels/shapes.ts";
import { TraceBackend } from "./trace_backend.ts";

/** Every tfjs kernel that can be traced, by name. */
const traceKernels: Readonly<Record<string, TraceKernel>> = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...linearKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...normalisationKernels,
  ...resizingKernels,
};

const BACKEND_NAME = "ctsurv-trace";

/** Adds our backend and kernels to the global registry of tfjs, once, on first use. */
function traceBackend(): TraceBackend {
  const existing = tf.findBackend(BACKEND_NAME);
  if (existing) return existing as TraceBackend;
  tf.registerBackend(BACKEND_NAME, () => new TraceBackend(), 0);
  for (const [kernelName, recordKernel] of Object.entries(traceKernels)) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const trace = backend as TraceBackend;
        const refs: Record<string, Ref> = {};
        for (const [name, info] of Object.entries(inputs)) {
          if (info != null) refs[name] = trace.ref((info as tf.TensorInfo).dataId);
        }
        const recorded = recordKernel(trace.graph, refs, attrs ?? {});
        return Array.isArray(recorded) ? recorded.map((ref) => trace.tensorInfo(ref)) : trace.tensorInfo(recorded);
      },
    });
  }
  return tf.findBackend(BACKEND_NAME) as TraceBackend;
}

/** A graph and the tree in which the function returned its outputs. */
export interface Traced {
  readonly graph: Graph;
  /** The tree that the function returned. Its tensors have been freed; only their places count. */
  readonly result: Tree<tf.Tensor>;
}

/**
 * Calls `fn` once with placeholders and records what it computes, gradients included. Tensors it takes from outside
 * become constants.
 *
 * @throws {Error} If the function reads a tensor's numbers, or uses a kernel that cannot be traced.
 */
export function trace(fn: TensorFunction, signature: Tree<TensorSpec>): Traced {
  const backend = traceBackend();
  return onBackend(BACKEND_NAME, () => record(backend, fn, signature));
}

function record(backend: TraceBackend, fn: TensorFunction, signature: Tree<TensorSpec>): Traced {
  const graph = new GraphBuilder();
  backend.begin(graph);
  tf.engine().startScope();
  try {
    const inputs: Ref[] = [];
    const placeholders = mapTree(signature, isSpec, ({ shape, dtype }) => {
      const ref = graph.input(shape, dtype);
      inputs.push(ref);
      return tf.engine().makeTensorFromTensorInfo(backend.tensorInfo(ref));
    });
    const result = fn(placeholders);
    // Each output needs a name of its own, also where the function returns an input, a constant or one tensor twice.
    const taken = new Set(inputs);
    const outputs = leaves(result, isTensor).map(({ value }) => {
      const ref = backend.ref(value.dataId);
      if (ref.constant === undefined && !taken.has(ref)) {
        taken.add(ref);
        return ref;
      }
      return graph.node("Identity", [ref], { shape: ref.shape });
    });
    if (outputs.length === 0) throw new TypeError("A compiled function must return tensors; an async one returns none");
    return { graph: graph.finish(inputs, outputs), result };
  } catch (error) {
    const missing = /^Kernel '(.*)' not registered/.exec((error as Error).message)?.[1];
    if (missing) throw new Error(`Cannot trace the tfjs kernel ${missing}: it has no ONNX form here`, { cause: error });
    throw error;
  } finally {
    tf.engine().endScope();
    backend.begin();
  }
}
