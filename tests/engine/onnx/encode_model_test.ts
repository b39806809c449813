import { assertEquals, assertNotEquals } from "@std/assert";
import { PbfReader } from "pbf";
import { countMacs, type Graph } from "@ctsurv/engine/_trace/graph.ts";
import { trace } from "@ctsurv/engine/_trace/trace.ts";
import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { encodeModel } from "@ctsurv/engine/onnx/_encode_model.ts";
import type { TensorFunction } from "@ctsurv/engine/values.ts";
import { models, withGradients } from "../models.ts";

/** The graph of a function of a list of tensors. */
function graphOf(
  fn: (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[],
  signature: readonly TensorSpec[],
): Graph {
  return trace(fn as unknown as TensorFunction, signature).graph;
}

for (const [name, model] of Object.entries(models)) {
  const { fn, signature, macs, gradientMacs } = model;

  Deno.test(`the multiply-accumulates of ${name} and of its gradient are those counted by hand`, () => {
    assertEquals(countMacs(graphOf((inputs) => [fn(...inputs)], signature)), macs);
    assertEquals(countMacs(graphOf(withGradients(model), signature)), macs + gradientMacs);
  });

  Deno.test(`encodeModel() writes ${name} and its gradient to the same bytes each time`, () => {
    const encode = () => encodeModel(graphOf(withGradients(model), signature));
    assertEquals(encode(), encode());
  });
}

Deno.test("encodeModel() writes other bytes for another constant", () => {
  const encode = (constant: number) =>
    encodeModel(graphOf(([x]) => [tf.add(x!, constant)], [{ shape: [2], dtype: "float32" }]));
  assertEquals(encode(1), encode(1));
  assertNotEquals(encode(1), encode(2));
});

Deno.test("encodeModel() writes what the graph needs and nothing else", () => {
  const graph = graphOf(([x, y]) => {
    const [first] = tf.split(tf.exp(x!), 2);
    tf.matMul(y! as tf.Tensor2D, y! as tf.Tensor2D);
    return [first!, x!];
  }, [{ shape: [4], dtype: "float32" }, { shape: [3, 3], dtype: "float32" }]);
  assertEquals(graph.nodes.map(({ op }) => op), ["Exp", "Split", "Identity"]);
  assertEquals(countMacs(graph), 0);
  const { nodes, inputs, outputs, constants } = decode(encodeModel(graph));
  assertEquals(nodes, ["Exp", "Split", "Identity"]);
  assertEquals([inputs, outputs, constants], [2, 2, 1]);
});

/** The operators and the numbers of inputs, outputs and initializers in the file's GraphProto, by field number. */
function decode(file: Uint8Array) {
  const found = { nodes: [] as string[], inputs: 0, outputs: 0, constants: 0 };
  new PbfReader(file).readFields((tag, _, pbf) => {
    if (tag !== 7) return;
    pbf.readMessage((tag, _, pbf) => {
      if (tag === 1) pbf.readMessage((tag, _, pbf) => tag === 4 && found.nodes.push(pbf.readString()), null);
      if (tag === 5) found.constants++;
      if (tag === 11) found.inputs++;
      if (tag === 12) found.outputs++;
    }, null);
  }, null);
  return found;
}
