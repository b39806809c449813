import { cpuEngine, tf } from "@ctsurv/engine/mod.ts";
import { conv3d } from "@ctsurv/nn/layers/convolutions.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose, evaluate, normal } from "../../engine/agreement.ts";

/** tfjs's own 3D convolution of [batch, slices, rows, columns, in], with zeros around by hand. */
function reference(x: tf.Tensor, weight: tf.Tensor, stride: [number, number, number]): tf.Tensor {
  const pads = weight.shape.slice(2).map((size): [number, number] => [(size - 1) / 2, (size - 1) / 2]);
  const filter = tf.transpose(weight, [2, 3, 4, 1, 0]) as tf.Tensor5D;
  return tf.conv3d(tf.pad(x, [[0, 0], ...pads, [0, 0]]) as tf.Tensor5D, filter, stride, "valid");
}

Deno.test("conv3d() is tfjs's 3D convolution, with its gradients, whatever the depth, kernel and stride", async () => {
  const cases = [
    { slices: 5, kernel: [3, 3, 3], stride: [1, 1] },
    { slices: 1, kernel: [3, 3, 3], stride: [2, 2] },
    { slices: 4, kernel: [3, 7, 7], stride: [1, 2] },
    { slices: 7, kernel: [3, 3, 3], stride: [2, 2] },
    { slices: 6, kernel: [1, 1, 1], stride: [2, 2] },
  ] as const;
  for (const { slices, kernel, stride: [down, across] } of cases) {
    const [x, weight] = [normal(2, slices, 6, 5, 3), normal(4, 3, ...kernel)];
    const ours = (x: tf.Tensor, weight: tf.Tensor) => {
      const y = conv3d(tf.reshape(x, [2 * slices, 6, 5, 3]), { weight }, { slices, stride: [down, across] });
      return tf.reshape(y, [2, y.shape[0]! / 2, ...y.shape.slice(1)]);
    };
    const theirs = (x: tf.Tensor, weight: tf.Tensor) => reference(x, weight, [down, across, across]);
    const withGradients = (fn: typeof ours) => ([x, weight]: readonly tf.Tensor[]) => [
      fn(x!, weight!),
      ...tf.grads((x, weight) => tf.sum(tf.square(fn(x!, weight!))))([x!, weight!]),
    ];
    const expected = await evaluate(cpuEngine(), withGradients(theirs), [x, weight]);
    for (const engine of [engineUnderTest, cpuEngine()]) {
      const actual = await evaluate(engine, withGradients(ours), [x, weight]);
      ["output", "gradient by x", "gradient by weight"].forEach((what, i) =>
        assertClose(actual[i]!, expected[i]!, `${what}, ${slices} slices, ${kernel}, stride ${down}, ${engine.name}`)
      );
    }
  }
});
