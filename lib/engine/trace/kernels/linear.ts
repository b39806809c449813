import { tf } from "../../tf.ts";
import { type GraphBuilder, type Ref, sizeOf } from "../graph.ts";
import { kernel, type TraceKernel } from "../kernel.ts";

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
