import { assert, assertAlmostEquals } from "@std/assert";
import goldens from "../../fixtures/backbone_goldens.json" with { type: "json" };
import { type HostTensor, hostTensor, tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { batchNorm } from "@ctsurv/nn/layers/normalisation.ts";
import { batchNormTraining } from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose, evaluate, normal, vector } from "../../engine/agreement.ts";
import { hashed } from "../../support/golden.ts";

const { bn_train: golden } = goldens;
const parameters = [golden.weight, golden.bias, golden.running_mean, golden.running_var].map((p) => vector(...p));

/** [2, 3, 4, 4] in PyTorch's order -> [2, 4, 4, 3]. */
function channelsLast(values: ArrayLike<number>): HostTensor {
  const at = (i: number) => (Math.floor(i / 48) * 3 + i % 3) * 16 + Math.floor(i / 3) % 16;
  return hostTensor(Float32Array.from({ length: 96 }, (_, i) => values[at(i)]!), [2, 4, 4, 3]);
}

const x = channelsLast(Float32Array.from({ length: 96 }, (_, i) => hashed("bn")(i)));
const train = ([x, weight, bias, running_mean, running_var]: readonly tf.Tensor[]) =>
  batchNormTraining(x!, { weight: weight!, bias: bias!, running_mean: running_mean!, running_var: running_var! });

for (const [name, engine] of Object.entries({ [chosen]: engineUnderTest, wasm: await wasmEngine() })) {
  Deno.test(`batchNormTraining() has PyTorch's output and new statistics on ${name}`, async () => {
    const [output, mean, variance] = await evaluate(engine, (inputs) => {
      const { output, running_mean, running_var } = train(inputs);
      return [output, running_mean, running_var];
    }, [x, ...parameters]);
    assertClose(output!, channelsLast(golden.output), "output", { tolerance: 1e-6 });
    assertClose(mean!, vector(...golden.new_running_mean), "running_mean", { tolerance: 1e-6 });
    assertClose(variance!, vector(...golden.new_running_var), "running_var", { tolerance: 1e-6 });
  });
}

Deno.test("batchNormTraining() leaves every channel with the bias as mean and the weight as deviation", () => {
  tf.tidy(() => {
    const norm = {
      weight: tf.tensor1d([3, 0.5]),
      bias: tf.tensor1d([-1, 2]),
      running_mean: tf.zeros([2]),
      running_var: tf.ones([2]),
    };
    const wide = tf.add(tf.mul(tf.tensor(normal(4, 5, 6, 2).data, [4, 5, 6, 2]), 20), 100);
    const { mean, variance } = tf.moments(batchNormTraining(wide, norm).output, [0, 1, 2]);
    [-1, 2].forEach((bias, i) => assertAlmostEquals(mean.dataSync()[i]!, bias, 1e-5));
    [9, 0.25].forEach((square, i) => assertAlmostEquals(variance.dataSync()[i]!, square, 1e-4));
  });
});

Deno.test("batchNormTraining() of a single number per channel stays finite", () => {
  tf.tidy(() => {
    const one = tf.ones([2]);
    const { output, running_var } = batchNormTraining(tf.tensor4d([5, -7], [1, 1, 1, 2]), {
      weight: one,
      bias: one,
      running_mean: one,
      running_var: one,
    });
    assert([...output.dataSync(), ...running_var.dataSync()].every(Number.isFinite));
  });
});

Deno.test("batchNorm() in evaluation mode takes the running statistics, not the batch's", async () => {
  const [output] = await evaluate(
    engineUnderTest,
    ([x, weight, bias, running_mean, running_var]) => [
      batchNorm(x!, { weight: weight!, bias: bias!, running_mean: running_mean!, running_var: running_var! }),
    ],
    [x, ...parameters],
  );
  const expected = x.data.map((value, i) => {
    const [weight, bias, mean, variance] = parameters.map(({ data }) => data[i % 3]!) as [
      number,
      number,
      number,
      number,
    ];
    return weight * (value - mean) / Math.sqrt(variance + 1e-5) + bias;
  });
  assertClose(output!, hostTensor(expected as Float32Array, x.shape), "output", { tolerance: 1e-6 });
});
