import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  compile,
  cpuEngine,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  onnxEngine,
  tf,
  traceMacs,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { int32 } from "@ctsurv/engine/values.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { evaluate, vector } from "./agreement.ts";

const onnx = onnxEngine({ threads: 1 });
const engines: Engine[] = [engineUnderTest, await wasmEngine(), cpuEngine()];
const three = { x: float32(3) };
const x = vector(1, 2, 3);

/** The numbers of the one output of a function of one vector. */
async function valueOf(engine: Engine, fn: (x: tf.Tensor) => tf.Tensor, x: HostTensor): Promise<number[]> {
  const [y] = await evaluate(engine, ([x]) => [fn(x!)], [x]);
  return [...y!.data];
}

const unreadable: Record<string, (x: tf.Tensor) => unknown> = {
  dataSync: (x) => x.dataSync(),
  arraySync: (x) => x.arraySync(),
  print: (x) => x.print(),
};
for (const [name, read] of Object.entries(unreadable)) {
  Deno.test(`compile() refuses ${name}() of a traced tensor and names what made it`, async () => {
    const fn = ({ x }: { x: tf.Tensor }) => {
      const y = tf.exp(x);
      read(y);
      return y;
    };
    const error = await assertRejects(() => compile(onnx, fn, three), Error, "dataSync(), arraySync() and print()");
    assert(/"Exp_\d+" \[3\]/.test(error.message), error.message);
  });
}

Deno.test("compile() refuses data() of a traced tensor", async () => {
  let read: Promise<unknown> = Promise.resolve();
  const compiled = await compile(onnx, ({ x }) => {
    read = tf.tanh(x).data();
    read.catch(() => {});
    return x;
  }, three);
  await assertRejects(() => read, Error, "while tracing");
  await compiled.dispose();
});

for (const engine of engines) {
  Deno.test(`a function takes numbers in memory that threads share, on ${engine.name}`, async () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set([1, 2, 3]);
    assertEquals(await valueOf(engine, (x) => tf.mul(x, 2), hostTensor(shared, [3])), [2, 4, 6]);
  });
}

Deno.test("bind() refuses an array in memory that threads share, which ONNX Runtime cannot write to", async () => {
  const program = await compile(onnx, ({ x }) => ({ y: tf.mul(x, 2) }), three);
  const shared = hostTensor(new Float32Array(new SharedArrayBuffer(12)), [3]);
  assertThrows(() => program.bind({ x: shared }, { y: x }), TypeError, "that threads share");
  await program.dispose();
});

Deno.test("compile() names a kernel that cannot be traced", async () => {
  await assertRejects(() => compile(onnx, ({ x }) => tf.topk(x, 2).values, three), Error, "kernel TopK");
});

Deno.test("compile() refuses to be called inside of a compiled function", async () => {
  let inner: Promise<unknown> = Promise.resolve();
  const compiled = await compile(onnx, ({ x }) => {
    inner = compile(onnx, ({ x }) => x, three);
    inner.catch(() => {});
    return tf.mul(x, 2);
  }, three);
  await assertRejects(() => inner, Error, "cannot call compile()");
  assertEquals([...await (await compiled.run({ x })).read()], [2, 4, 6]);
  await compiled.dispose();
});

Deno.test("compile() refuses a function that returns no tensors", async () => {
  // deno-lint-ignore require-await
  await assertRejects(() => compile(onnx, async ({ x }) => x, three), TypeError, "async");
  await assertRejects(() => compile(onnx, () => ({}), three), TypeError, "must return tensors");
  await assertRejects(() => compile(onnx, ({ x }) => ({ x, y: 3 }), three), TypeError, 'at "y", got 3');
});

Deno.test("compile() leaves tfjs as it was when the function throws", async () => {
  const before = tf.memory().numTensors;
  const failing = ({ x }: { x: tf.Tensor }): tf.Tensor => {
    throw new RangeError(`after exp of rank ${tf.exp(x).rank}`);
  };
  await assertRejects(() => compile(onnx, failing, three), RangeError, "after exp of rank 1");
  assertEquals([tf.getBackend(), tf.memory().numTensors], ["cpu", before]);
  assertEquals(await valueOf(onnx, (x) => tf.neg(x), x), [-1, -2, -3]);
});

Deno.test("compile() lets no tensor out of the function that it traced", async () => {
  let kept: tf.Tensor | undefined;
  const first = await compile(onnx, ({ x }) => kept = tf.keep(tf.exp(x)), three);
  assertThrows(() => tf.add(kept!, 1).dataSync(), Error, "Cannot read the value");
  await assertRejects(() => compile(onnx, ({ x }) => tf.add(tf.neg(tf.sqrt(x)), kept!), three), Error, "after tracing");
  kept!.dispose();
  await first.dispose();
});

for (const engine of engines) {
  Deno.test(`${engine.name}: run() refuses inputs that are missing, or of another shape or type`, async () => {
    const compiled = await compile(engine, ({ a, b: [c] }) => tf.add(a, c!), { a: float32(2, 3), b: [float32(3)] });
    const a = hostTensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const run = (inputs: unknown) => () => compiled.run(inputs as Parameters<typeof compiled.run>[0]);
    await assertRejects(run({ a }), TypeError, 'Missing input "b.0" [3]');
    await assertRejects(run({ a, b: [a] }), TypeError, 'Input "b.0" is float32 [2,3]');
    await assertRejects(
      run({ a, b: [hostTensor(Int32Array.of(1, 2, 3), [3])] }),
      TypeError,
      "compiled for float32 [3]",
    );
    const sum = await compiled.run({ a, b: [x] });
    assertEquals([...await sum.read()], [2, 4, 6, 5, 7, 9]);
    await compiled.dispose();
  });

  Deno.test(`${engine.name}: run() takes inputs whose names hold dots, and a single one without a name`, async () => {
    const compiled = await compile(engine, ({ "a.b": first, a: { b } }) => tf.sub(first, b), {
      "a.b": float32(3),
      a: { b: float32(3) },
    });
    assertEquals([...await (await compiled.run({ "a.b": x, a: { b: vector(3, 2, 1) } })).read()], [-2, 0, 2]);
    const alone = await compile(engine, (x: tf.Tensor) => tf.neg(x), float32(3));
    assertEquals([...await (await alone.run(x)).read()], [-1, -2, -3]);
    for (const program of [compiled, alone]) await program.dispose();
  });

  Deno.test(`${engine.name}: run() keeps the tree of the outputs, and gives every output a value of its own`, async () => {
    const constant = tf.tensor1d([7, 8]);
    const compiled = await compile(engine, ({ state: { a, list: [b, c] } }) => {
      const sum = tf.add(a, b!);
      return { again: { sum, twice: [sum] }, input: a, inputs: [a, c!], constant, whole: tf.cast(sum, "int32") };
    }, { state: { a: float32(3), list: [float32(3), int32()] } });
    const outputs = await compiled.run({ state: { a: x, list: [x, hostTensor(Int32Array.of(5), [])] } });
    const { again: { sum: first, twice: [second] }, input, inputs, whole } = outputs;
    first.dispose();
    input.dispose();
    assertEquals([...await second!.read()], [2, 4, 6]);
    assertEquals([...await inputs[0]!.read()], [1, 2, 3]);
    assertEquals([...await inputs[1]!.read(), inputs[1]!.dtype], [5, "int32"]);
    assertEquals([...await outputs.constant.read()], [7, 8]);
    assertEquals([whole.dtype, ...await whole.read()], ["int32", 2, 4, 6]);
    await compiled.dispose();
    constant.dispose();
  });

  Deno.test(`${engine.name}: run() takes a value of an earlier run 100 times, and nothing is left over`, async () => {
    const step = await compile(engine, ({ state: { sum, count } }) => {
      return { state: { sum: tf.add(tf.mul(sum, .5), 1), count: tf.add(count, tf.scalar(1, "int32")) } };
    }, { state: { sum: float32(2), count: int32() } });
    const before = tf.memory().numTensors;
    let { state } = await step.run({ state: { sum: vector(0, 4), count: hostTensor(Int32Array.of(0), []) } });
    for (let i = 1; i < 100; i++) {
      const next = await step.run({ state });
      Object.values(state).forEach((value) => value.dispose());
      state = next.state;
    }
    assertEquals([...await state.sum.read(), ...await state.count.read()], [2, 2, 100]);
    Object.values(state).forEach((value) => value.dispose());
    assertEquals(tf.memory().numTensors, before);
    await step.dispose();
  });
}

for (const backend of ["cpu", "wasm"]) {
  Deno.test(`a constant on the ${backend} backend serves two functions, and stays usable outside of them`, async () => {
    await tf.setBackend(backend);
    const constant = tf.tensor1d([10, 20, 30]);
    const mask = tf.tensor1d([true, false, true], "bool");
    const select = (x: tf.Tensor) => tf.where(mask, tf.add(x, constant), tf.mul(x, constant));
    assertEquals(await valueOf(onnx, select, x), [11, 40, 33]);
    assertEquals([...constant.dataSync()], [10, 20, 30]);
    assertEquals(await valueOf(onnx, (x) => tf.sub(constant, x), x), [9, 18, 27]);
    assertEquals([...tf.where(mask, constant, tf.neg(constant)).dataSync()], [10, -20, 30]);
    constant.dispose();
    mask.dispose();
    await tf.setBackend("cpu");
  });
}

Deno.test("a constant is copied when the function is compiled", async () => {
  const variable = tf.variable(tf.tensor1d([1, 1, 1]));
  const compiled = await compile(onnx, ({ x }) => tf.add(x, variable), three);
  variable.assign(tf.tensor1d([5, 5, 5]));
  assertEquals([...await (await compiled.run({ x })).read()], [2, 3, 4]);
  await compiled.dispose();
  variable.dispose();
});

Deno.test("run() takes an input that the function ignores", async () => {
  const compiled = await compile(onnx, ({ x }) => tf.neg(x), { x: float32(3), unused: float32(2) });
  const y = await compiled.run({ x, unused: vector(0, 0) });
  assertEquals([...await y.read()], [-1, -2, -3]);
  await compiled.dispose();
});

Deno.test("run() after dispose() is refused", async () => {
  const compiled = await compile(onnx, ({ x }) => tf.neg(x), three);
  await compiled.dispose();
  await assertRejects(() => compiled.run({ x }));
});

Deno.test("a value of one engine is refused by another", async () => {
  const [first, last] = await Promise.all(
    [onnx, cpuEngine()].map((engine) => compile(engine, ({ x }) => tf.neg(x), three)),
  );
  const ofOnnx = await first!.run({ x }), ofTfjs = await last!.run({ x });
  await assertRejects(() => last!.run({ x: ofOnnx }), TypeError, "another engine");
  await assertRejects(() => first!.run({ x: ofTfjs }), TypeError, "another engine");
});

Deno.test("traceMacs() counts what compile() counts, without making anything that runs", async () => {
  const product = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
  const signature = { a: float32(3, 5), b: float32(5, 7) };
  const program = await compile(onnxEngine(), product, signature);
  assertEquals([traceMacs(product, signature), program.macs], [105, 105]);
  await program.dispose();
});
