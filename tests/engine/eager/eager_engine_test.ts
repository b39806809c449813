import { assert, assertEquals, assertRejects } from "@std/assert";
import { compile, cpuEngine, disposeValues, float32, onnxEngine, tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { assertClose, evaluate, normal, vector } from "../agreement.ts";

const x = vector(1, 2, 3);

Deno.test("engines that run at the same time do not disturb each other", async () => {
  // The first of all calls, while WebAssembly is still loading.
  const starting = [wasmEngine(), wasmEngine()];
  const backends = new Set<string>();
  const record = ({ x }: { x: tf.Tensor }) => {
    backends.add(tf.getBackend());
    return tf.add(tf.mul(x, x), 1);
  };
  const early = await compile(onnxEngine({ threads: 1 }), record, { x: float32(3) });
  const engines = [...await Promise.all(starting), cpuEngine()];
  assertEquals([...backends, tf.getBackend()], ["ctsurv-trace", "cpu"]);
  const programs = [early, ...await Promise.all(engines.map((engine) => compile(engine, record, { x: float32(3) })))];
  const runs = Array.from({ length: 8 }, (_, i) => programs[i % programs.length]!.run({ x }));
  const before = tf.getBackend();
  for (const run of runs) assertEquals([...await (await run).read()], [2, 5, 10]);
  assertEquals([before, tf.getBackend()], ["cpu", "cpu"]);
  assertEquals([...backends].sort(), ["cpu", "ctsurv-trace", "wasm"]);
});

Deno.test("the wasm engine leaves tfjs as it was when a function throws", async () => {
  const wasm = await wasmEngine();
  const failing = await compile(wasm, ({ x }): tf.Tensor => {
    throw new RangeError(`of rank ${x.rank} on ${tf.getBackend()}`);
  }, { x: float32(3) });
  const tensors = tf.memory().numTensors;
  await assertRejects(() => failing.run({ x }), RangeError, "of rank 1 on wasm");
  assertEquals([tf.getBackend(), tf.memory().numTensors], ["cpu", tensors]);
});

/** Functions with a kernel that tfjs's WebAssembly backend lacks or gets wrong. */
const elsewhere: Record<string, (x: tf.Tensor, filter: tf.Tensor) => readonly tf.Tensor[]> = {
  "the gradient of a filter": (x, filter) =>
    tf.grads((x, filter) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"))))([
      x,
      filter,
    ]),
  "the gradient of the maximum of negative numbers": (x) => [
    tf.grad((x) => tf.maxPool(tf.sub(x, 100) as tf.Tensor4D, 2, 2, "valid"))(x),
  ],
  "a strided convolution that skips pixels": (x, filter) => [
    tf.conv2d(x as tf.Tensor4D, tf.slice(filter, 0, 1) as tf.Tensor4D, 2, "same"),
  ],
  "a strided depthwise convolution that skips pixels": (x, filter) => [
    tf.depthwiseConv2d(x as tf.Tensor4D, tf.slice(filter, 0, 1) as tf.Tensor4D, 2, "same"),
  ],
};
for (const [name, fn] of Object.entries(elsewhere)) {
  Deno.test(`the wasm engine runs ${name} on the cpu backend`, async () => {
    const backends: string[] = [];
    const recording = ([x, filter]: readonly tf.Tensor[]) => {
      backends.push(tf.getBackend());
      return fn(x!, filter!);
    };
    const inputs = [normal(2, 6, 6, 3), normal(2, 2, 3, 1)];
    const actual = await evaluate(await wasmEngine(), recording, inputs);
    assertEquals(backends, ["wasm", "cpu"]);
    const expected = await evaluate(cpuEngine(), ([x, filter]) => fn(x!, filter!), inputs);
    assert(expected.every(({ data }) => data.some((value) => value !== 0)));
    actual.forEach((output, i) => assertClose(output, expected[i]!, name));
  });
}

Deno.test("the wasm engine agrees with the cpu engine on every stride, padding and filter of a convolution", async () => {
  const [wasm, cpu] = [await wasmEngine(), cpuEngine()];
  for (const op of [tf.conv2d, tf.depthwiseConv2d]) {
    for (const [rows, columns] of [[1, 1], [1, 2], [2, 1], [2, 2], [3, 3], [3, 1]] as const) {
      for (const stride of [1, 2, 3]) {
        for (const pad of ["same", "valid"] as const) {
          const fn = ([x, filter]: readonly tf.Tensor[]) => [
            op(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
          ];
          for (const image of [normal(2, 6, 6, 3), normal(1, 7, 5, 3)]) {
            const inputs = [image, normal(rows, columns, 3, 2)];
            const [actual, expected] = [await evaluate(wasm, fn, inputs), await evaluate(cpu, fn, inputs)];
            assertClose(actual[0]!, expected[0]!, `${op.name} [${rows}, ${columns}], stride ${stride}, ${pad}`);
          }
        }
      }
    }
  }
});

Deno.test("between two runs of an eager engine the event loop turns, so that a signal or a timer is heard", async () => {
  const program = await compile(cpuEngine(), ({ x }) => ({ y: tf.neg(x) }), { x: float32(3) });
  const run = program.bind({ x }, { y: vector(0, 0, 0) });
  for (const once of [run, async () => disposeValues(await program.run({ x }))]) {
    let isHeard = false;
    setTimeout(() => isHeard = true);
    const until = Date.now() + 10_000;
    while (!isHeard && Date.now() < until) await once();
    assert(isHeard);
  }
});

Deno.test("the wasm engine agrees with the cpu engine on slices of five and six axes", async () => {
  const [wasm, cpu] = [await wasmEngine(), cpuEngine()];
  const cases: [shape: number[], begin: number[], size: number[]][] = [
    [[4, 3, 3, 2, 2], [0, 0, 1], [4, 3, 1]],
    [[4, 3, 3, 2, 2], [1, 0, 0, 1, 0], [2, -1, 2, 1, 2]],
    [[2, 3, 4, 2, 5], [0, 1, 1, 0, 2], [2, 2, 1, 2, 3]],
    [[2, 3, 4, 2, 5], [0, 0, 0, 0, 0], [-1, -1, -1, -1, -1]],
    [[2, 1, 3, 2, 2, 2], [1, 0, 2], [1, 1, 1]],
    [[2, 3, 2, 2, 2, 3], [0, 0, 0, 0, 0, 2], [2, 3, 2, 2, 2, 1]],
  ];
  for (const [shape, begin, size] of cases) {
    const fn = ([x]: readonly tf.Tensor[]) => [tf.slice(x!, begin, size)];
    const [actual, expected] = [
      await evaluate(wasm, fn, [normal(...shape)]),
      await evaluate(cpu, fn, [normal(...shape)]),
    ];
    assertEquals(actual, expected);
  }
});
