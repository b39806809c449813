import { assert, assertEquals, assertRejects } from "@std/assert";
import evaluation from "../../../data/lungs/evaluation.json" with { type: "json" };
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import { drawPatient, phantomClaro, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { dice, readVolume, resample, type Volume } from "@ctsurv/imaging/mod.ts";
import { encodeUNet, unetLungs } from "@ctsurv/lungs/mod.ts";
import { renderLungPhantom } from "@ctsurv/lungs/training/_drawn_slice.ts";
import { EVALUATION_SEED, phantomVolume } from "@ctsurv/lungs/training/evaluate_lungs.ts";
import { compareOnScan } from "@ctsurv/lungs/training/mod.ts";
import { findGridCentre, GRID_PIXEL, GRID_SIZE, gridPainter, gridSampler } from "@ctsurv/lungs/unet/_unet_grid.ts";
import { readUNet, shippedWeights } from "@ctsurv/lungs/unet/unet_weights.ts";
import { sharedData } from "../../support/shared_data.ts";

const segmenter = await unetLungs(onnxEngine());

/** A small phantom that neither training nor the shipped evaluation has seen. */
function phantom(number: number, base = phantomLung1) {
  const scanners = base.scanners.map((scanner) => ({ ...scanner, sliceSpacing: 6 }));
  const spec = { ...base, matrix: 160, scanners: [scanners[0]!] as const };
  const { scan, lungs } = renderLungPhantom(spec, EVALUATION_SEED + 1, drawPatient(spec, EVALUATION_SEED + 1, number));
  return { volume: phantomVolume(scan), lungs };
}

/** Columns, rows or slices in the other order, as if the patient were mirrored. */
function mirror<T extends Volume["hu"] | Uint8Array>(
  data: T,
  [slices, rows, columns]: Volume["shape"],
  axis: number,
): T {
  const result = data.slice() as T;
  for (let i = 0; i < data.length; i++) {
    const at = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    at[axis] = [slices, rows, columns][axis]! - 1 - at[axis]!;
    result[i] = data[(at[0]! * rows + at[1]!) * columns + at[2]!]!;
  }
  return result;
}

Deno.test("the shipped weights are those that data/lungs/evaluation.json is about", async () => {
  const file = await Deno.readFile(shippedWeights);
  assertEquals(sha256(file), evaluation.sha256);
  assert(file.length <= 2e6, `${file.length} bytes`);
  const { parameters, metadata } = await readUNet();
  assertEquals(metadata.get("licence"), "MIT");
  assertEquals(sha256(encodeUNet(parameters, Object.fromEntries(metadata))), evaluation.sha256);
  assert(segmenter.name.includes(evaluation.sha256.slice(0, 8)), segmenter.name);
});

Deno.test("the shipped evaluation is on 20 phantoms, with a mean Dice above 0.97", () => {
  const { patients, summary } = evaluation.phantoms;
  assertEquals(patients.length, 20);
  const dices = patients.map(({ unet }) => unet);
  assertEquals(summary.unet.min, Math.min(...dices));
  assert(Math.abs(summary.unet.mean - dices.reduce((sum, value) => sum + value, 0) / 20) < 1e-4);
  assert(summary.unet.mean > 0.97);
});

for (const [number, base] of [[1, phantomLung1], [3, phantomClaro]] as const) {
  Deno.test(`unetLungs() finds the lungs of an unseen ${base.name}, whichever way the patient lies`, async () => {
    const { volume, lungs } = phantom(number, base);
    const mask = await segmenter.segment(volume);
    const score = dice(mask, lungs);
    assert(score > 0.97, `Dice ${score}`);
    assertEquals(await segmenter.segment(volume), mask, "the same mask again");
    for (const axis of [0, 1, 2]) {
      const mirrored = await segmenter.segment({ ...volume, hu: mirror(volume.hu, volume.shape, axis) });
      const agreement = dice(mirror(mirrored, volume.shape, axis), mask);
      assert(agreement > 0.97, `axis ${axis}: Dice ${agreement}`);
    }
  });
}

Deno.test("unetLungs() finds the same volume at another spacing, as floats, and off the middle", async () => {
  const { volume, lungs } = phantom(2);
  const millilitres = (mask: Uint8Array, { spacing }: Volume) =>
    mask.reduce((sum, value) => sum + value, 0) * spacing[0] * spacing[1] * spacing[2] / 1000;
  const truth = millilitres(lungs, volume);
  for (const spacing of [[4, 1.7, 1.7], [8, 2.4, 3.1]] as const) {
    const resampled = resample(volume, { spacing });
    const found = millilitres(await segmenter.segment(resampled), resampled);
    assert(Math.abs(found / truth - 1) < 0.04, `${found} mL at ${spacing}, ${truth} in truth`);
  }
  // Air to the left and in front moves the body by 90 mm.
  const [slices, rows, columns] = volume.shape;
  const pad = Math.round(180 / volume.spacing[1]);
  const hu = new Int16Array(slices * (rows + pad) * (columns + pad)).fill(-2000);
  for (let line = 0; line < slices * rows; line++) {
    const [slice, row] = [Math.floor(line / rows), line % rows];
    const start = (slice * (rows + pad) + row + pad) * (columns + pad) + pad;
    hu.set(volume.hu.subarray(line * columns, (line + 1) * columns), start);
  }
  const moved: Volume = { ...volume, hu, shape: [slices, rows + pad, columns + pad] };
  const found = millilitres(await segmenter.segment(moved), moved);
  assert(Math.abs(found / truth - 1) < 0.03, `${found} mL when moved, ${truth} in truth`);
});

Deno.test("unetLungs() finds nothing in air, in water, and in a volume of one voxel", async () => {
  const { volume } = phantom(1);
  const shape: Volume["shape"] = [3, 100, 100];
  for (const hu of [new Int16Array(30000).fill(-1000), new Int16Array(30000), new Float32Array(30000).fill(-3024)]) {
    const mask = await segmenter.segment({ ...volume, hu, shape });
    assertEquals(mask.length, hu.length);
    assert(!mask.includes(1));
  }
  assertEquals(await segmenter.segment({ ...volume, hu: Int16Array.of(-850), shape: [1, 1, 1] }), Uint8Array.of(0));
});

Deno.test("the grid keeps places: a disc comes back where it was, at any spacing", () => {
  for (const spacing of [[1, 0.7, 0.7], [1, 1.3, 2.1], [1, 4, 4]] as const) {
    const [rows, columns] = [Math.round(300 / spacing[1]), Math.round(340 / spacing[2])];
    const shape: Volume["shape"] = [1, rows, columns];
    const isInside = (i: number) => {
      const [y, x] = [Math.floor(i / columns) * spacing[1] - 120, (i % columns) * spacing[2] - 190];
      return Math.hypot(x, y) < 70;
    };
    const disc = Uint8Array.from({ length: rows * columns }, (_, i) => isInside(i) ? 1 : 0);
    // 600 HU is 1 to the network, air 0, so the sampled image can stand for probabilities.
    const hu = Float32Array.from(disc, (value) => value ? 600 : -1024);
    const centre = { row: 130 / spacing[1], column: 180 / spacing[2] };
    const grid = new Float32Array(GRID_SIZE * GRID_SIZE);
    const volume = { hu, shape, spacing, affine: phantomAffine, orientation: "LPS" };
    gridSampler(volume, centre)(0, grid);
    const area = grid.reduce((sum, value) => sum + value, 0) * GRID_PIXEL ** 2;
    const expected = disc.reduce((sum, value) => sum + value, 0) * spacing[1] * spacing[2];
    assert(Math.abs(area / expected - 1) < 1e-4, `${area} mm2 of ${expected}`);
    const mask = new Uint8Array(disc.length);
    gridPainter(mask, volume, centre)(0, grid);
    const score = dice(mask, disc);
    assert(score > 0.99, `Dice ${score} at ${spacing}`);
  }
});

const phantomAffine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] as const;

Deno.test("findGridCentre() is the middle of the body, and of the volume where there is none", () => {
  const [rows, columns] = [100, 120];
  const hu = new Int16Array(rows * columns).fill(-1000);
  hu.forEach((_, i) => {
    if (Math.hypot(Math.floor(i / columns) - 40, i % columns - 70) < 25) hu[i] = 40;
  });
  const volume: Volume = {
    hu,
    shape: [1, rows, columns],
    spacing: [3, 2, 2],
    affine: phantomAffine,
    orientation: "LPS",
  };
  const { row, column } = findGridCentre(volume);
  assert(Math.hypot(row - 40, column - 70) < 1, `${row}, ${column}`);
  assertEquals(findGridCentre({ ...volume, hu: hu.map(() => -1000) }), { row: 49.5, column: 59.5 });
});

Deno.test("readUNet() says what is wrong with a file that holds something else", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/other.safetensors`;
  await assertRejects(() => readUNet(path), InputError, "no such file");
  const { parameters } = await readUNet();
  await Deno.writeFile(path, encodeUNet({ ...parameters, up_path: [] }, {}));
  await assertRejects(() => readUNet(path), InputError, "tensors");
  await Deno.remove(folder, { recursive: true });
});

// The threshold leaves out the tumour, vessels at the hilum and dense borders: on these two about a twentieth of the lung.
for (const [name, least] of [["LUNG1-001", 0.94], ["LUNG1-003", 0.92]] as const) {
  const path = sharedData(`lung1/NSCLC-Radiomics/${name}`);
  Deno.test({
    name: `unetLungs() agrees with the threshold on ${name}`,
    ignore: !path,
    async fn() {
      const { volume } = await readVolume(path!);
      const { dice: agreement, unet, threshold } = await compareOnScan(segmenter, volume, name);
      assert(agreement > least, `Dice ${agreement}`);
      for (const end of [0, 1]) {
        const [found, expected] = [unet.kept![end]!, threshold.kept![end]!];
        assert(Math.abs(found - expected) <= 2, `slices ${unet.kept} and ${threshold.kept}`);
      }
    },
  });
}

for (const [name, most] of [["ct-cases/abdomen.nii.gz", 300], ["ct-cases/scaled-nifti/CT_AVM.nii.gz", 20]] as const) {
  const path = sharedData(name);
  Deno.test({
    name: `unetLungs() finds almost no lung in ${name}`,
    ignore: !path,
    async fn() {
      const { volume } = await readVolume(path!);
      const { unet } = await compareOnScan(segmenter, volume, name);
      assert(unet.millilitres < most, `${unet.millilitres} mL`);
    },
  });
}

const chest = sharedData("ct-cases/chest-slices/0.dcm");
Deno.test({
  name: "unetLungs() finds as much lung in a real slice as lungmask's R231 does",
  ignore: !chest,
  async fn() {
    const { volume } = await readVolume(chest!);
    const found = (await segmenter.segment(volume)).reduce((sum, value) => sum + value, 0);
    // What lungmask's own test expects of two equal slices.
    const r231 = (64752 + 36536) / 2;
    assert(Math.abs(found / r231 - 1) < 0.01, `${found} pixels, R231 ${r231}`);
  },
});
