import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  compile,
  type Engine,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  signatureOf,
  tf,
  toTensors,
  type Tree,
  type Value,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import {
  efficientNetB0,
  type EfficientNetB0Features,
  efficientNetB0Features,
  efficientNetB0Head,
  efficientNetB0Pool,
  efficientNetB0Spec,
} from "@ctsurv/nn/mod.ts";
import goldens from "../fixtures/backbone_goldens.json" with { type: "json" };
import stateDicts from "../fixtures/state_dicts.json" with { type: "json" };
import { assertClose, evaluate } from "../engine/agreement.ts";
import { hashed, hashedInput, hashedParameters, summarise, type Summary, toChannelsFirst } from "../support/golden.ts";
import { assertSummary } from "./assert_summary.ts";

const golden = goldens.cases.find(({ model, input_shape }) => model === "efficientnet_b0" && input_shape[2] === 64)!;
const tolerance = 1e-4;

Deno.test("efficientNetB0Spec() has torchvision's names and shapes", () => {
  const expected = stateDicts.efficientnet_b0
    .filter(([name]) => !(name as string).endsWith("num_batches_tracked"))
    .map(([name, shape]) => [name, shape] as [string, number[]]);
  const actual = leaves(efficientNetB0Spec() as never, isSpec).map(({ path, value }) => [path, [...value.shape]]);
  assertEquals(actual, expected);
});

const parameters = hashedParameters(efficientNetB0Spec(), goldens.scale.efficientnet_b0);
const tensors = toTensors(parameters);
const engines: Record<string, () => Engine | Promise<Engine>> = { onnx: onnxEngine, wasm: wasmEngine };

for (const [name, createEngine] of Object.entries(engines)) {
  Deno.test(`efficientNetB0Features() agrees with torchvision stage by stage on ${name}`, async () => {
    const input = hashedInput(golden.input_shape);
    const network = await compile(await createEngine(), ({ x }) => {
      const stages: tf.Tensor[] = [];
      for (let i = 0; i < tensors.features.length; i++) {
        stages.push(efficientNetB0Features(stages.at(-1) ?? x, tensors.features, { from: i, to: i + 1 }));
      }
      const pooled = efficientNetB0Pool(stages.at(-1)!);
      return { stages, pooled, logits: efficientNetB0Head(pooled, tensors) };
    }, { x: signatureOf(input) });
    const { stages, pooled, logits } = await network.run({ x: input });
    for (const [i, stage] of stages.entries()) {
      const expected = golden.stages[`features.${i}` as keyof typeof golden.stages];
      const values = toChannelsFirst(await stage.read(), stage.shape);
      assertSummary(summarise(values, expected.shape), expected, `features.${i}`, tolerance);
    }
    const features = await pooled.read();
    golden.features.forEach((value, i) => assertAlmostEquals(features[i]!, value, tolerance, `features[${i}]`));
    assertSummary(summarise(await logits.read(), [2, 1000]), golden.logits, "logits", tolerance);
    await network.dispose();
  });

  Deno.test(`efficientNetB0Features() has PyTorch's gradients in its final block on ${name}`, async () => {
    const input = hashedInput(golden.input_shape);
    const v = hashed("grad");
    const direction = tf.tensor(Float32Array.from({ length: 2 * 1280 }, (_, i) => v(i)), [2, 1280]);
    const finalBlock = Object.fromEntries(parameters.features.slice(7).map((entry, i) => [i + 7, entry]));
    const step = await compile(await createEngine(), ({ x, features }) => {
      const frozen = efficientNetB0Features(x, tensors.features, { to: 7 });
      return valueAndGradients((trained) => {
        const all = [...tensors.features.slice(0, 7), ...Object.values(trained)] as EfficientNetB0Features<tf.Tensor>;
        return tf.sum(tf.mul(efficientNetB0Pool(efficientNetB0Features(frozen, all, { from: 7 })), direction));
      }, features);
    }, { x: signatureOf(input), features: signatureOf(finalBlock) });
    const { value, gradients } = await step.run({ x: input, features: finalBlock });
    assertAlmostEquals((await value.read())[0]!, golden.final_block_grads.loss, tolerance);
    const actual = new Map(
      leaves({ features: gradients } as unknown as Tree<Value>, isValue).map((leaf) => [leaf.path, leaf.value]),
    );
    for (const [key, expected] of Object.entries(golden.final_block_grads.params as Record<string, Summary>)) {
      assertSummary(summarise(await actual.get(key)!.read(), expected.shape), expected, key, tolerance);
    }
    await step.dispose();
  });
}

Deno.test("efficientNetB0: the features of an image do not depend on the images beside it", async () => {
  const { data, shape } = hashedInput([3, 3, 64, 64]);
  const size = data.length / 3;
  const image = (i: number, brightness = 1) => data.slice(i * size, (i + 1) * size).map((x) => brightness * x);
  const features = async (...images: ArrayLike<number>[]) => {
    const x = hostTensor(images.flatMap((one) => Array.from(one)), [images.length, ...shape.slice(1)]);
    const [pooled] = await evaluate(onnxEngine(), ([x]) => [
      efficientNetB0.pooled(x!, tensors as unknown as Tree<tf.Tensor>),
    ], [x]);
    return images.map((_, i) => hostTensor(pooled!.data.slice(i * 1280, (i + 1) * 1280), [1280]));
  };
  const [alone] = await features(image(0));
  const [first] = await features(image(0), image(1), image(2));
  const [, , last] = await features(image(1, 50), image(2, 0), image(0));
  assertClose(first!, alone!, "first of three", { tolerance: 1e-6 });
  assertClose(last!, alone!, "last of three", { tolerance: 1e-6 });
});

function isValue(node: unknown): node is Value {
  return isSpec(node);
}
