import { assert, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  float32,
  hostTensor,
  onnxEngine,
  type tf,
  toTensors,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import {
  channelNormalise,
  resNet3d18,
  runPiece,
  seededParameters,
  type SliceWindow,
  volumePieces,
} from "@ctsurv/nn/mod.ts";
import { slicesAfter } from "@ctsurv/nn/backbones/volume_pieces.ts";
import { normal } from "../../engine/agreement.ts";

const windows = resNet3d18.stages.map(({ window }) => window!);
const parameters = toTensors<object>(
  seededParameters<object>(resNet3d18.spec(), 1, resNet3d18.initialise),
) as Tree<tf.Tensor>;

/** The slices of a volume that some slices of the stages' output depend on, found one convolution at a time. */
function seen(stages: readonly SliceWindow[], slices: number, [from, to]: readonly [number, number]): Set<number> {
  const depths = stages.map((_, stage) => slicesAfter(stages.slice(0, stage), slices));
  let wanted = new Set(Array.from({ length: to - from }, (_, i) => from + i));
  for (const [stage, { reach, stride }] of [...stages.entries()].reverse()) {
    const around = [...wanted].flatMap((slice) =>
      Array.from({ length: 2 * reach + 1 }, (_, i) => slice * stride + i - reach)
    );
    wanted = new Set(around.filter((slice) => slice >= 0 && slice < depths[stage]!));
  }
  return wanted;
}

Deno.test("slicesAfter() counts as PyTorch does: ResNet3D-18 makes 18 slices of 144, 2 of 9, 1 of 1", () => {
  assertEquals([144, 9, 1].map((slices) => slicesAfter(windows, slices)), [18, 2, 1]);
});

Deno.test("volumePieces() give every slice of the output once, from what it depends on", () => {
  const random = createRandom(1, "pieces");
  for (let time = 0; time < 300; time++) {
    const stages = Array.from({ length: random.integer(1, 5) }, () => windows[random.integer(0, windows.length - 1)]!);
    const [slices, length] = [random.integer(1, 200), random.integer(1, 60)];
    const pieces = volumePieces(stages, slices, length);
    assertEquals(pieces[0]!.gives[0], 0);
    assertEquals(pieces.at(-1)!.gives[1], slicesAfter(stages, slices));
    pieces.slice(1).forEach(({ gives }, i) => assertEquals(gives[0], pieces[i]!.gives[1]));
    const stride = stages.reduce((product, window) => product * window.stride, 1);
    for (const { takes: [from, to], gives } of pieces) {
      const needed = [...seen(stages, slices, gives)];
      // What is taken beyond that only lets the strides begin where those of the whole volume fall.
      const first = Math.min(...needed);
      assert(from <= first && from > first - stride, `${from} of ${first}`);
      assertEquals(to, Math.max(...needed) + 1);
      assert((gives[1] - gives[0]) * stride <= Math.max(length, stride));
    }
  }
});

Deno.test("volumePieces() see eight slices on each side, and one to keep step, as far as ResNet3D-18 halves a volume", () => {
  assertEquals(
    volumePieces(windows.slice(0, 4), 144, 48).map(({ takes, gives }) => [takes, gives]),
    [[[0, 55], [0, 24]], [[39, 103], [24, 48]], [[87, 144], [48, 72]]],
  );
  assertEquals(volumePieces(windows.slice(0, 4), 70, 70).map(({ takes }) => takes), [[0, 70]]);
});

async function compute(engine: Engine, fn: (x: tf.Tensor) => tf.Tensor, x: Float32Array, shape: readonly number[]) {
  const program = await compile(engine, ({ x }) => ({ y: fn(x) }), { x: float32(...shape) });
  const { y } = await program.run({ x: hostTensor(x, shape) });
  const data = Float32Array.from(await y.read() as Float32Array);
  y.dispose();
  await program.dispose();
  return { data, shape: y.shape };
}

Deno.test("runPiece(): pieces of any length together are the whole volume, zeros only at its ends", async () => {
  const [engine, size] = [onnxEngine({ threads: 1 }), 8];
  for (const [slices, stages] of [[23, 4], [12, 7], [9, 1]] as const) {
    const first = resNet3d18.stages.slice(0, stages);
    const shape = [1, slices, size, size, 3];
    const volume = normal(...shape).data as Float32Array;
    const whole = await compute(
      engine,
      (x) => first.reduce((y, stage) => stage.run(y, parameters, channelNormalise), x),
      volume,
      shape,
    );
    const plane = whole.data.length / whole.shape[1]!;
    const largest = whole.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const length of [1, 4, 8]) {
      for (const piece of volumePieces(first.map(({ window }) => window!), slices, length)) {
        const [[from, to], [start, end]] = [piece.takes, piece.gives];
        const given = await compute(
          engine,
          (x) => runPiece(first, x, parameters, piece),
          volume.slice(from * size * size * 3, to * size * size * 3),
          [1, to - from, size, size, 3],
        );
        const expected = whole.data.subarray(start * plane, end * plane);
        assertEquals(given.data.length, expected.length);
        const off = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - given.data[i]!)), 0);
        assert(off <= 1e-5 * largest, `${slices} slices, ${stages} stages, ${length}: ${off} of ${largest}`);
      }
    }
  }
});
