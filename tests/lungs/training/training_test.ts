import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { drawPatient, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import { compile, disposeValues, float32, hostTensor, onnxEngine, zerosOf } from "@ctsurv/engine/mod.ts";
import { AUGMENTATIONS } from "@ctsurv/lungs/training/_augmentations.ts";
import { drawWarp, type SourceSlice, warpSlice } from "@ctsurv/lungs/training/_brushes.ts";
import { drawNegative } from "@ctsurv/lungs/training/_draw_negative.ts";
import { DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, renderLungPhantom } from "@ctsurv/lungs/training/_drawn_slice.ts";
import { measureStatistics } from "@ctsurv/lungs/training/_measure_statistics.ts";
import { drawTrainingSlices } from "@ctsurv/lungs/training/_training_slices.ts";
import {
  lungLoss,
  sliceBatchSpec,
  trainableOf,
  unetStateSpec,
  unetTrainingStep,
} from "@ctsurv/lungs/training/_unet_training_step.ts";
import { phantomVolume } from "@ctsurv/lungs/training/evaluate_lungs.ts";
import { initialiseUNet } from "@ctsurv/lungs/training/train_unet.ts";
import { batchNormTraining, seededParameters, uNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import { evaluate } from "../../engine/agreement.ts";

/** A body of 40 HU with lungs of -850 HU, so that the image itself says where the lungs are. */
function plainChest(): SourceSlice {
  const matrix = 200;
  const [hu, lung] = [new Float32Array(matrix * matrix).fill(-1000), new Float32Array(matrix * matrix)];
  for (let i = 0; i < hu.length; i++) {
    const [x, y] = [2 * (i % matrix - 99.5), 2 * (Math.floor(i / matrix) - 99.5)];
    if ((x / 170) ** 2 + (y / 115) ** 2 < 1) hu[i] = 40;
    if (((Math.abs(x) - 75) / 55) ** 2 + (y / 80) ** 2 < 1) [hu[i], lung[i]] = [-850, 1];
  }
  return { hu, lung, matrix, pixel: 2 };
}

/** A plain chest on the grid in which augmentations draw. */
function drawnChest(): DrawnSlice {
  return warpSlice(plainChest(), { zoom: [1, 1], rotation: 0, shift: [0, 0], flip: [false, false] });
}

/** HU that a plain chest has where the truth is `share` lung. */
const chestHu = (share: number) => 40 + share * (-850 - 40);

Deno.test("warpSlice() moves image and truth alike, however it bends, turns, flips and zooms", () => {
  const source = plainChest();
  for (let k = 0; k < 20; k++) {
    const { hu, lung } = warpSlice(source, drawWarp(createRandom(7, "warp", k)));
    assert(lung.some((share) => share === 1), "some lung is left");
    for (let i = 0; i < hu.length; i++) {
      // In the plain chest lung touches nothing but tissue, so both are mixed by the same weights.
      if (lung[i]! > 0) assertAlmostEquals(hu[i]!, chestHu(lung[i]!), 0.01);
    }
  }
});

Deno.test("warpSlice() puts a point where rotation, zoom and shift say", () => {
  const matrix = 200;
  const hu = new Float32Array(matrix * matrix).fill(-1000);
  hu.forEach((_, i) => {
    const [x, y] = [2 * (i % matrix - 99.5), 2 * (Math.floor(i / matrix) - 99.5)];
    if (Math.hypot(x - 40, y) < 8) hu[i] = 1000;
  });
  const source = { hu, lung: new Float32Array(hu.length), matrix, pixel: 2 };
  const angle = Math.PI / 6;
  const warped = warpSlice(source, { zoom: [1.2, 1.2], rotation: angle, shift: [10, -5], flip: [false, false] });
  let [sum, x, y] = [0, 0, 0];
  warped.hu.forEach((value, i) => {
    sum += value + 1000;
    x += (value + 1000) * DRAWN_PIXEL * (i % DRAWN_SIZE - 127.5);
    y += (value + 1000) * DRAWN_PIXEL * (Math.floor(i / DRAWN_SIZE) - 127.5);
  });
  assertAlmostEquals(x / sum, 48 * Math.cos(angle) + 10, 0.2);
  assertAlmostEquals(y / sum, 48 * Math.sin(angle) - 5, 0.2);
});

/** Augmentations by what they may do to the truth. */
const removing = ["bulge", "diaphragm", "effusion", "field of view"];

for (const [, name, apply] of AUGMENTATIONS) {
  Deno.test(`augmentation "${name}" changes the image and leaves the truth ${removing.includes(name) ? "less" : "as it is"}`, () => {
    let changed = false;
    for (let k = 0; k < 8; k++) {
      const before = drawnChest();
      const after = { hu: before.hu.slice(), lung: before.lung.slice() };
      apply(after, createRandom(3, name, k));
      assert(after.hu.every(Number.isFinite), "finite HU");
      changed ||= after.hu.some((value, i) => value !== before.hu[i]);
      for (let i = 0; i < after.lung.length; i++) {
        const [old, now] = [before.lung[i]!, after.lung[i]!];
        assert(removing.includes(name) ? now >= 0 && now <= old : now === old, `${old} became ${now}`);
        // What has become something else no longer looks like lung, nor was anything changed in its stead.
        if (now < 0.01 && old > 0.99) assert(after.hu[i]! > -700 || after.hu[i]! <= -1000, `${after.hu[i]} HU`);
      }
    }
    assert(changed);
  });
}

Deno.test("drawNegative() shows tissue and no lung, and varies", () => {
  const slices = Array.from({ length: 12 }, (_, k) => drawNegative(createRandom(5, "negative", k)));
  for (const { hu, lung } of slices) assert(lung.every((share) => share === 0) && hu.every(Number.isFinite));
  const bodies = slices.map(({ hu }) => hu.filter((value) => value > -300).length);
  assert(new Set(bodies).size > 8);
  assert(bodies.filter((size) => size > 1000).length > 8);
});

Deno.test("drawTrainingSlices() is a function of seed and chunk, in the network's range", () => {
  const [a, b, c] = [drawTrainingSlices(1, 0, 6), drawTrainingSlices(1, 0, 6), drawTrainingSlices(2, 0, 6)];
  assertEquals(a.input, b.input);
  assertEquals(a.truth, b.truth);
  assert(c.input.some((value, i) => value !== a.input[i]));
  assert(a.input.every((value) => value >= 0 && value <= 1));
  assert(a.truth.every((value) => value >= 0 && value <= 1));
  assert(a.truth.some((value) => value > 0.99));
});

Deno.test("renderLungPhantom() counts the tumour as lung within the pleura and not beyond", () => {
  const spec = { ...phantomLung1, matrix: 96 };
  const patient = drawPatient(spec, 11, 1);
  const { scan, lungs } = renderLungPhantom(spec, 11, patient);
  const share = (wanted: number) => {
    const voxels = [...scan.labels.keys()].filter((i) => scan.labels[i] === wanted);
    return voxels.reduce((sum, i) => sum + lungs[i]!, 0) / voxels.length;
  };
  assertEquals(share(0), 0);
  assertEquals(share(1), 1);
  assert(share(2) > 0.5 && share(2) < 1, `${share(2)} of the tumour`);
  assertEquals(phantomVolume(scan).spacing, [3, 500 / 96, 500 / 96]);
});

Deno.test("lungLoss() is cross-entropy plus 1 - Dice", async () => {
  // Two pixels with margins ln 3 and -ln 3: probabilities 3/4 and 1/4.
  const logits = hostTensor([0, Math.log(3), Math.log(3), 0], [1, 1, 2, 2]);
  const truth = hostTensor([1, 0], [1, 1, 2]);
  const [loss] = await evaluate(onnxEngine({ threads: 1 }), ([x, y]) => [lungLoss(x!, y!)], [logits, truth]);
  const expected = -Math.log(0.75) + 1 - (2 * 0.75 + 1) / (1 + 1 + 1);
  assertAlmostEquals(loss!.data[0]!, expected, 1e-6);
});

Deno.test("unetTrainingStep() lowers the loss of a batch, and every parameter moves to a finite value", async () => {
  const [spec, size, batch] = [uNetSpec({ width: 4, depth: 3, classes: 2 }), 32, 2];
  const stateSpec = unetStateSpec(spec);
  const program = await compile(
    onnxEngine({ threads: 1 }),
    unetTrainingStep(spec, { learningRate: 0.01, weightDecay: 0 }),
    {
      state: stateSpec,
      batch: sliceBatchSpec(batch, size),
      corrections: { first: float32(), second: float32() },
    },
  );
  const random = createRandom(1, "step");
  const truth = Float32Array.from({ length: batch * size * size }, (_, i) => i % size > 8 && i % size < 20 ? 1 : 0);
  const input = truth.map((share) => 0.6 - 0.5 * share + 0.05 * random.normal());
  const start = trainableOf(seededParameters(spec, 1, initialiseUNet));
  const inputs = {
    batch: { input: hostTensor(input, [batch, size, size, 1]), truth: hostTensor(truth, [batch, size, size]) },
    corrections: { first: hostTensor([0.1], []), second: hostTensor([0.001], []) },
  };
  const first = await program.run({ state: { trainable: start, moments: zerosOf(stateSpec.moments) }, ...inputs });
  for (const [path, value] of Object.entries(first.state.trainable)) {
    const numbers = await value.read();
    assert(numbers.every(Number.isFinite), path);
    assert(numbers.some((number, i) => number !== start[path]!.data[i]), `${path} has moved`);
  }
  const second = await program.run({ state: first.state, ...inputs });
  assert((await second.loss.read())[0]! < (await first.loss.read())[0]!);
  disposeValues(first);
  disposeValues(second);
  await program.dispose();
});

Deno.test("measureStatistics() makes the network do in use what it did in training", async () => {
  const spec = uNetSpec({ width: 2, depth: 2, classes: 2 });
  const engine = onnxEngine({ threads: 1 });
  const trainable = trainableOf(seededParameters(spec, 1, initialiseUNet));
  const slices = drawTrainingSlices(4, 1, 2);
  // Every batch is the same, so its own statistics are those of all batches.
  const stream = { next: () => Promise.resolve(slices), close() {} };
  const parameters = await measureStatistics(engine, { spec, trainable, stream, batch: 2 });
  const program = await compile(engine, ({ input, parameters }) => ({
    used: uNet(input, parameters),
    trained: uNet(input, parameters, (x, norm) => batchNormTraining(x, norm).output),
  }), { input: float32(2, 128, 128, 1), parameters: spec });
  const outputs = await program.run({ input: hostTensor(slices.input, [2, 128, 128, 1]), parameters });
  const [used, trained] = [await outputs.used.read(), await outputs.trained.read()];
  used.forEach((value, i) => assertAlmostEquals(value, trained[i]!, 1e-3));
  disposeValues(outputs);
  await program.dispose();
});
