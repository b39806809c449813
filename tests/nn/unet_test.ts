import { assertAlmostEquals, assertEquals } from "@std/assert";
import goldens from "../fixtures/r231_network.json" with { type: "json" };
import {
  compile,
  cpuEngine,
  type Engine,
  type HostTensor,
  isSpec,
  leaves,
  mapTree,
  signatureOf,
  tf,
  toTensors,
  type Tree,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { batchNorm } from "@ctsurv/nn/layers/normalisation.ts";
import { batchNormTraining, type Normalise, r231Shape, type UNet, uNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../support/engine_under_test.ts";
import { hashed, hashedInput, hashedParameters, summarise, type Summary, toChannelsFirst } from "../support/golden.ts";
import { assertSummary } from "./backbones/assert_summary.ts";

const tolerance = 1e-4;
const { small, r231 } = goldens;

interface NetworkCase {
  readonly input: readonly number[];
  readonly logits: Summary;
  /** Every 997th logit. */
  readonly sample: readonly number[];
}

async function assertLogits(engine: Engine, parameters: UNet<HostTensor>, golden: NetworkCase) {
  const x = hashedInput(golden.input);
  const tensors = toTensors(parameters);
  const network = await compile(engine, ({ x }) => ({ logits: uNet(x, tensors) }), { x: signatureOf(x) });
  const { logits } = await network.run({ x });
  const values = toChannelsFirst(await logits.read(), logits.shape);
  assertSummary(summarise(values, golden.logits.shape), golden.logits, "logits", tolerance);
  golden.sample.forEach((value, i) => assertAlmostEquals(values[997 * i]!, value, tolerance, `logits[${997 * i}]`));
  await network.dispose();
}

const weights = hashedParameters(uNetSpec(small.shape), goldens.scale);
const engines: Record<string, () => Engine | Promise<Engine>> = {
  [chosen]: () => engineUnderTest,
  wasm: wasmEngine,
  cpu: cpuEngine,
};

for (const [name, createEngine] of Object.entries(engines)) {
  Deno.test(`uNet() has the logits of lungmask's UNet on ${name}`, async () => {
    await assertLogits(await createEngine(), weights, small);
  });
}

const modes: Record<"eval" | "train", Normalise> = {
  eval: batchNorm,
  train: (x, norm) => batchNormTraining(x, norm).output,
};

// On ONNX Runtime only. WebAssembly has no gradient of a convolution by its filter; tfjs's cpu backend takes corners for
// aligned in the gradient of resizeBilinear, whatever it is told, and mixes up rows and columns.
for (const mode of ["eval", "train"] as const) {
  Deno.test(`uNet() has PyTorch's gradients, batch normalisation in ${mode} mode`, async () => {
    const x = hashedInput(small.input);
    const { classes } = small.shape;
    const [batch, , rows, columns] = small.input as [number, number, number, number];
    const v = hashed("grad");
    const direction = Float32Array.from({ length: batch * classes * rows * columns }, (_, i) => v(i));
    const along = tf.transpose(tf.tensor(direction, [batch, classes, rows, columns]), [0, 2, 3, 1]);
    const trained = trainedParameters(weights);
    const step = await compile(
      engineUnderTest,
      ({ x, trained }) =>
        valueAndGradients((trained: Readonly<Record<string, tf.Tensor>>) => {
          return tf.sum(tf.mul(uNet(x, replaceParameters(weights, trained), modes[mode]), along));
        }, trained),
      { x: signatureOf(x), trained: signatureOf(trained) },
    );
    const { value, gradients } = await step.run({ x, trained });
    const { loss, gradients: expected } = small[mode];
    assertAlmostEquals((await value.read())[0]!, loss, tolerance * Math.max(1, Math.abs(loss)));
    assertEquals(Object.keys(gradients).sort(), Object.keys(expected).sort());
    for (const [key, summary] of Object.entries(expected as Record<string, Summary>)) {
      const allowed = tolerance * Math.max(1, -summary.min, summary.max);
      assertSummary(summarise(await gradients[key]!.read(), summary.shape), summary, key, allowed);
    }
    await step.dispose();
  });
}

Deno.test("uNet() at R231's size has the logits of lungmask's UNet on onnx", async () => {
  const spec = uNetSpec(r231Shape);
  const count = leaves(spec as unknown as Tree<HostTensor>, isHost)
    .filter(({ path }) => !path.includes("running_"))
    .reduce((sum, { value }) => sum + value.shape.reduce((product, dim) => product * dim, 1), 0);
  assertEquals(count, 28_953_539);
  await assertLogits(engineUnderTest, hashedParameters(spec, goldens.scale), r231);
});

function isHost(node: unknown): node is HostTensor {
  return isSpec(node);
}

/** All but running statistics, by their names in the state dict. */
function trainedParameters(parameters: UNet<HostTensor>): Record<string, HostTensor> {
  return Object.fromEntries(
    leaves(parameters as unknown as Tree<HostTensor>, isHost)
      .filter(({ path }) => !path.includes("running_"))
      .map(({ path, value }) => [path, value]),
  );
}

function replaceParameters(parameters: UNet<HostTensor>, trained: Readonly<Record<string, tf.Tensor>>) {
  return mapTree(
    parameters as unknown as Tree<HostTensor>,
    isHost,
    ({ data, shape }, path) => trained[path] ?? tf.tensor(data, [...shape]),
  ) as unknown as UNet<tf.Tensor>;
}
