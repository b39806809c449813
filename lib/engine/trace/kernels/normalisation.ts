import { tf } from "../../tf.ts";
import type { GraphBuilder, Ref } from "../graph.ts";
import { kernel, type TraceKernel } from "../kernel.ts";
import { channelsFirst, channelsLast } from "./convolutions.ts";
import { binary, filled, unary } from "./elementwise.ts";

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
