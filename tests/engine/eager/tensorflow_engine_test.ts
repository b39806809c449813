import { assertEquals, assertRejects } from "@std/assert";
import { findTensorflow } from "@ctsurv/engine/eager/_tensorflow/find_tensorflow.ts";
import { cpuEngine, createEngine, tf } from "@ctsurv/engine/mod.ts";
import { assertClose, evaluate, normal } from "../agreement.ts";

const isInstalled = findTensorflow().length > 0;

/** Registers a test of the native package. `.ci/tensorflow` installs it. */
function testNative(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isInstalled ? name : `${name} (only where it is installed)`, ignore: !isInstalled, fn });
}

/** Means over windows that reach over the edge: by the padding, and as sums that are divided by what is inside. */
const means: Readonly<Record<string, readonly [shape: number[], ...both: ((x: tf.Tensor) => tf.Tensor)[]]>> = {
  "2D": [
    [2, 7, 6, 3],
    (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 1),
    (x) => {
      const mean = (of: tf.Tensor) =>
        tf.avgPool(tf.pad(of, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D, 3, 2, "valid");
      return tf.div(mean(x), mean(tf.onesLike(x)));
    },
  ],
  "3D": [
    [1, 5, 6, 4, 2],
    (x) => tf.avgPool3d(x as tf.Tensor5D, 3, 2, 1),
    (x) => {
      const mean = (of: tf.Tensor) =>
        tf.avgPool3d(tf.pad(of, [[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]]) as tf.Tensor5D, 3, 2, "valid");
      return tf.div(mean(x), mean(tf.onesLike(x)));
    },
  ],
};
for (const [dimensions, [shape, padded, written]] of Object.entries(means)) {
  testNative(`the tensorflow engine counts no padding in a ${dimensions} mean, nor in its gradient`, async () => {
    const weights = normal(...tf.tidy(() => padded!(tf.zeros(shape)).shape));
    const both = (fn: (x: tf.Tensor) => tf.Tensor) => ([x, weights]: readonly tf.Tensor[]) => [
      fn(x!),
      tf.grad((x) => tf.sum(tf.mul(fn(x), weights!)))(x!),
    ];
    const inputs = [normal(...shape), weights];
    const actual = await evaluate(await createEngine("tensorflow"), both(padded!), inputs);
    // tfjs's own gradient counts the padding, so the plain backend computes what is written out.
    const expected = await evaluate(cpuEngine(), both(written!), inputs);
    expected.forEach((output, i) => assertClose(actual[i]!, output, i === 0 ? "mean" : "gradient"));
  });
}

testNative("the tensorflow engine refuses a window of which tfjs states another size than fits", async () => {
  const engine = await createEngine("tensorflow");
  const refused: ((x: tf.Tensor4D) => tf.Tensor)[] = [
    (x) => tf.conv2d(x, tf.ones([3, 3, 2, 1]), 2, 0, "NHWC", 1, "ceil"),
    (x) => tf.conv2d(x, tf.ones([3, 2, 2, 1]), 1, 1),
    (x) => tf.maxPool(x, 3, 2, 1, "ceil"),
  ];
  for (const fn of refused) {
    const run = () => evaluate(engine, ([x]) => [fn(x as tf.Tensor4D)], [normal(1, 6, 6, 2)]);
    await assertRejects(run, RangeError, "Pad with tf.pad");
  }
});

testNative("the tensorflow engine keeps no tensor of a run, also of repaired kernels", async () => {
  const engine = await createEngine("tensorflow");
  const before = tf.memory().numTensors;
  const outputs = await evaluate(engine, ([x, filter, ids]) => {
    const convolved = tf.grads((x, filter) =>
      tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 1)))
    );
    const resized = tf.grad((x) => tf.sum(tf.square(tf.image.resizeBilinear(x as tf.Tensor4D, [3, 4], false, true))));
    return [
      ...convolved([x!, filter!]),
      resized(x!),
      tf.unsortedSegmentSum(x!, tf.cast(tf.reshape(ids!, [2]), "int32") as tf.Tensor1D, 2),
    ];
  }, [normal(2, 6, 6, 3), normal(3, 3, 3, 4), normal(1, 2)]);
  assertEquals(outputs.map(({ shape }) => shape), [[2, 6, 6, 3], [3, 3, 3, 4], [2, 6, 6, 3], [2, 6, 6, 3]]);
  assertEquals(tf.memory().numTensors, before);
});
