import { assert, assertEquals } from "@std/assert";
import flops from "../../fixtures/flops.json" with { type: "json" };
import {
  compile,
  cpuEngine,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  type Program,
  type tf,
  toTensors,
  type Tree,
  wasmEngine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { piecewiseProgram } from "@ctsurv/features/_volumes/piecewise_program.ts";
import { imageFeatureExtractor } from "@ctsurv/features/mod.ts";
import {
  type BackboneArchitecture,
  channelNormalise,
  efficientNetB0,
  resNet3d18,
  seededParameters,
  toNetworkInput,
} from "@ctsurv/nn/mod.ts";
import { calibrationSlices } from "@ctsurv/nn/seeded/seeded_backbone.ts";

const parameters = seededParameters<object>(resNet3d18.spec(), 1, resNet3d18.initialise) as Tree<HostTensor>;
const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
const source = { kind: "seeded", seed: 1, sha256: "none" } as const;
const prepare = (slices: tf.Tensor) => toNetworkInput(slices, resNet3d18);

type Choice = (of: BackboneArchitecture) => BackboneArchitecture["trunk"];

/** Compares a volume in pieces with the whole. */
async function compare(engine: Engine, choose: Choice, [slices, size]: readonly [number, number], length: number) {
  const shape = [slices, size, size];
  const image = calibrationSlices(slices, size, 1);
  const whole = await compile(
    engine,
    ({ images }) => ({ y: choose(resNet3d18)(prepare(images), tensors) }),
    { images: float32(1, ...shape) },
  );
  const { y } = await whole.run({ images: hostTensor(image, [1, ...shape]) });
  const pieces = piecewiseProgram(engine, {
    architecture: resNet3d18,
    parameters: tensors,
    shape,
    prepare,
    choose,
    largestWhole: 0,
    largestPiece: length * size ** 2,
  })!;
  assertEquals([pieces.outputShape, pieces.macs], [y.shape.slice(1), whole.macs]);
  const [expected, actual] = [await y.read() as Float32Array, await pieces.run(image)];
  y.dispose();
  await whole.dispose();
  assertEquals(actual.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  assert(largest > 0 && off <= 1e-5 * largest, `${off} of ${largest}`);
}

const choices: Readonly<Record<string, Choice>> = {
  features: (of) => of.forwardFeatures,
  "classifier's input": (of) => of.penultimate,
  "activations at the cut": (of) => of.trunk,
};
for (const [name, choose] of Object.entries(choices)) {
  Deno.test(`piecewiseProgram(): the ${name} of a volume in pieces are those of the whole`, async () => {
    await compare(onnxEngine(), choose, [27, 16], 8);
  });
}

/** As far as the maps are put together: op by op, an engine needs half a minute for the weights of all of it. */
const untilHalved: Choice = ({ stages }) => (x, parameters) =>
  stages.slice(0, stages.findIndex(({ name }) => name === "layer2.1"))
    .reduce((y, stage) => stage.run(y, parameters, channelNormalise), x);
for (const [name, open] of Object.entries({ WebAssembly: wasmEngine, "plain JavaScript": cpuEngine })) {
  Deno.test(`piecewiseProgram(): the maps of a volume in pieces are those of the whole, in ${name}`, async () => {
    await compare(await open(), untilHalved, [11, 8], 4);
  });
}

Deno.test("piecewiseProgram(): a volume's numbers do not depend on the number of threads", async () => {
  const image = calibrationSlices(20, 32, 1);
  const numbers = await Promise.all([1, 2, 3].map((threads) =>
    piecewiseProgram(onnxEngine({ threads }), {
      architecture: resNet3d18,
      parameters: tensors,
      shape: [20, 32, 32],
      prepare,
      choose: choices.features!,
      largestWhole: 0,
      largestPiece: 8 * 32 ** 2,
    })!.run(image)
  ));
  assertEquals(numbers[1], numbers[0]);
  assertEquals(numbers[2], numbers[0]);
});

/** An engine that computes nothing, and notes the shape of what its programs take. */
function notingEngine() {
  const shapes: (readonly number[])[] = [];
  const engine: Engine = {
    name: "notes",
    description: "notes",
    prepare(_, signature): Promise<Program> {
      shapes.push(...leaves(signature, isSpec).map(({ value }) => value.shape));
      return Promise.resolve({
        macs: 0,
        run: () => Promise.reject(new Error("not asked for")),
        bind: () => () => Promise.resolve(),
        dispose: () => Promise.resolve(),
      });
    },
  };
  return { engine, shapes };
}

const zeros = zerosOf(resNet3d18.spec() as object) as Tree<HostTensor>;

Deno.test("imageFeatureExtractor() puts 144 slices of 224 through the first stages 64 at a time", async () => {
  const { engine, shapes } = notingEngine();
  const architecture = resNet3d18;
  const extractor = await imageFeatureExtractor(engine, { architecture, parameters: zeros, source }, {
    shape: [144, 224, 224],
    prepare,
    batch: 1,
  });
  assertEquals(shapes, []);
  const { mac224, fc } = { mac224: flops.r3d_18.find(({ R }) => R === 144)!.mac224, fc: 512 * 400 };
  assertEquals(extractor.macsPerImage, mac224 - fc);
  await extractor.extract(new Float32Array(144 * 224 ** 2));
  assertEquals(shapes, [
    [1, 144, 224, 224],
    [1, 55, 224, 224, 3],
    [1, 64, 224, 224, 3],
    [1, 57, 224, 224, 3],
    [1, 72, 56, 56, 128],
  ]);
});

Deno.test("piecewiseProgram() leaves small volumes and networks of slices as they are", () => {
  const { engine } = notingEngine();
  const options = { parameters: tensors, prepare, choose: choices.features! };
  const whole = piecewiseProgram(engine, { ...options, architecture: resNet3d18, shape: [24, 224, 224] });
  assertEquals(whole, undefined);
  const pieces = piecewiseProgram(engine, { ...options, architecture: resNet3d18, shape: [25, 224, 224] });
  assertEquals(pieces?.outputShape, [512]);
  // No stage says what it sees.
  const slices = { ...options, architecture: efficientNetB0, shape: [8, 8], largestWhole: 0 };
  assertEquals(piecewiseProgram(engine, slices), undefined);
});
