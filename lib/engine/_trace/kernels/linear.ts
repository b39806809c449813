import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../../tf.ts";
import { type GraphBuilder, kernel, type Ref, type TraceKernel } from "../graph.ts";
import { channelsFirst, channelsLast } from "./convolutions.ts";
import { binary, filled, unary } from "./elementwise.ts";

interface Transposed {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** `a b` for matrices [m, k] and [k, n], or their transposes. */
export function gemm(graph: GraphBuilder, a: Ref, b: Ref, { transposeA = false, transposeB = false }: Transposed): Ref {
  const [m, k] = transposeA ? a.shape.toReversed() : a.shape;
  const n = b.shape[transposeB ? 0 : 1]!;
  return graph.node("Gemm", [a, b], {
    shape: [m!, n],
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
    macs: m! * k! * n,
  });
}

/** The last two axes exchanged. */
function matrixTranspose(graph: GraphBuilder, x: Ref): Ref {
  const rank = x.shape.length;
  return graph.transpose(x, [...x.shape.slice(0, -2).keys(), rank - 1, rank - 2]);
}

/** Matrix products. */
export const linearKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.BatchMatMul]: kernel<"a" | "b", tf.BatchMatMulAttrs>((graph, { a, b }, { transposeA, transposeB }) => {
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rows = a.shape.at(transposeA ? -1 : -2)!;
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    const shape = [...batch, rows, columns];
    // ONNX Runtime's Gemm takes floats only.
    if (sizeOf(batch) === 1 && a.dtype === "float32") {
      const product = gemm(graph, graph.reshape(a, a.shape.slice(-2)), graph.reshape(b, b.shape.slice(-2)), {
        transposeA,
        transposeB,
      });
      return graph.reshape(product, shape);
    }
    const left = transposeA ? matrixTranspose(graph, a) : a;
    const right = transposeB ? matrixTranspose(graph, b) : b;
    return graph.node("MatMul", [left, right], { shape, macs: sizeOf(shape) * left.shape.at(-1)! });
  }),
};

/** (x - mean) / sqrt(variance + eps) * scale + offset, for statistics of any shape that broadcasts to x. */
function normalise(graph: GraphBuilder, x: Ref, mean: Ref, variance: Ref, scale: Ref, offset: Ref, eps: number): Ref {
  const deviation = unary(graph, "Sqrt", binary(graph, "Add", variance, graph.scalar(eps)));
  const standard = binary(graph, "Div", binary(graph, "Sub", x, mean), deviation);
  return binary(graph, "Add", binary(graph, "Mul", standard, scale), offset);
}

/** Batch normalisation with given statistics, by channel. */
export const normalisationKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.FusedBatchNorm]: kernel<"x" | "mean" | "variance" | "scale" | "offset", tf.FusedBatchNormAttrs>(
    (graph, inputs, { varianceEpsilon }) => {
      const { x, mean, variance } = inputs;
      const scale = inputs.scale ?? filled(graph, mean.shape, 1, "float32");
      const offset = inputs.offset ?? filled(graph, mean.shape, 0, "float32");
      if (mean.shape.length !== 1) return normalise(graph, x, mean, variance, scale, offset, varianceEpsilon);
      const first = channelsFirst(graph, x);
      const normalised = graph.node("BatchNormalization", [first, scale, offset, mean, variance], {
        shape: first.shape,
        attributes: { epsilon: { float: varianceEpsilon } },
      });
      return channelsLast(graph, normalised);
    },
  ),
};
