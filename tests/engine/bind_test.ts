import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { compile, cpuEngine, float32, hostTensor, tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";

const signature = { x: float32(2, 3), w: float32(3) };

const product = ({ x, w }: { readonly x: tf.Tensor; readonly w: tf.Tensor }) => ({
  sums: { rows: tf.sum(tf.mul(x, w), 1), all: tf.sum(tf.mul(x, w)) },
  same: w,
});

function arrays() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer;
  return {
    inputs: { x: hostTensor(new Float32Array(memory, 64, 6), [2, 3]), w: hostTensor([1, 10, 100], [3]) },
    outputs: {
      sums: { rows: hostTensor(new Float32Array(memory, 128, 2), [2]), all: hostTensor([0], []) },
      same: hostTensor([0, 0, 0], [3]),
    },
  };
}

for (const engine of [engineUnderTest, await wasmEngine(), cpuEngine()]) {
  Deno.test(`bind() reads and writes the arrays of every run, also in WebAssembly's memory, on ${engine.name}`, async () => {
    const program = await compile(engine, product, signature);
    const { inputs, outputs } = arrays();
    const run = program.bind(inputs, outputs);
    for (const by of [1, 2, 3]) {
      inputs.x.data.set([1, 2, 3, 4, 5, 6].map((x) => by * x));
      await run();
      assertEquals([...outputs.sums.rows.data], [321 * by, 654 * by]);
      assertEquals([...outputs.sums.all.data], [975 * by]);
      assertEquals([...outputs.same.data], [1, 10, 100]);
    }
    await program.dispose();
  });

  Deno.test(`bind() refuses arrays of another shape, type or place on ${engine.name}`, async () => {
    const program = await compile(engine, product, signature);
    const { inputs, outputs } = arrays();
    const tooFew = { ...inputs, w: hostTensor([1, 2], [2]) };
    assertThrows(() => program.bind(tooFew, outputs), TypeError, 'Input "w" is float32 [2]');
    // Where functions run op by op, the shapes of outputs are known from a run only.
    const bound = async (other: typeof outputs) => await program.bind(inputs, other)();
    const flat = { ...outputs, sums: { ...outputs.sums, rows: hostTensor([0], [1]) } };
    await assertRejects(() => bound(flat), TypeError, 'The array for the output "sums.rows" is float32 [1]');
    const whole = { ...outputs, same: hostTensor(new Int32Array(3), [3]) };
    await assertRejects(() => bound(whole), TypeError, 'The array for the output "same" is int32 [3]');
    const missing = { sums: outputs.sums } as typeof outputs;
    await assertRejects(() => bound(missing), TypeError, 'Missing an array for the output "same"');
    await program.dispose();
  });
}

Deno.test("bind() on an eager engine leaves no tensor behind, neither after a run nor after a wrong array", async () => {
  const program = await compile(cpuEngine(), product, signature);
  const { inputs, outputs } = arrays();
  const before = tf.memory().numTensors;
  await program.bind(inputs, outputs)();
  await assertRejects(() => program.bind(inputs, { ...outputs, same: hostTensor([0], [1]) })());
  assertEquals(tf.memory().numTensors, before);
});
