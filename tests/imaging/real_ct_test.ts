import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import {
  canonicalOrientation,
  NoLungError,
  preprocess,
  readVolume,
  summariseHu,
  thresholdLungs,
} from "@ctsurv/imaging/mod.ts";
import { sharedData } from "../support/shared_data.ts";

const segmenter = thresholdLungs;

Deno.test("LUNG1-001 (Siemens, explicit VR) is read as pydicom reads it, and keeps its 71 lung slices", async () => {
  const path = sharedData("lung1/NSCLC-Radiomics/LUNG1-001");
  if (!path) return;
  const { volume, warnings, source } = await readVolume(path);
  assertEquals(volume.shape, [134, 512, 512]);
  assertEquals(volume.spacing, [3, 0.9765625, 0.9765625]);
  assertEquals(volume.orientation, "LPS");
  assertEquals(summariseHu(volume.hu), { min: -1024, max: 3034, sum: -26042952667 });
  assertEquals([warnings.length, source.files.length], [0, 134]);
  const { kept, box, resampled } = await preprocess(volume, { segmenter });
  assertEquals(resampled.shape, [134, 500, 500]);
  assert(Math.abs(kept.length - 71) <= 1, `${kept.length} slices`);
  // Threshold and border clearing in SciPy put the box at about 297 x 211 mm.
  assertAlmostEquals(box.columns[1] - box.columns[0] + 1, 297, 3);
  assertAlmostEquals(box.rows[1] - box.rows[0] + 1, 211, 3);
  // The tumour's centre (82.3, -201.5, -456.8 mm) lies in the crop of a kept slice.
  const at = (axis: 0 | 1 | 2, mm: number) => (mm - resampled.affine[4 * axis + 3]!) / resampled.affine[5 * axis]!;
  assert(kept.includes(Math.round(at(2, -456.8))));
  const [column, row] = [at(0, 82.3), at(1, -201.5)];
  assert(column > box.columns[0] && column < box.columns[1] && row > box.rows[0] && row < box.rows[1]);
});

Deno.test("LUNG1-003 (XiO, implicit VR) comes out in spatial order though its instance numbers do not", async () => {
  const path = sharedData("lung1/NSCLC-Radiomics/LUNG1-003");
  if (!path) return;
  const { volume } = await readVolume(path);
  assertEquals(volume.shape, [107, 512, 512]);
  // Sum and heights from pydicom, sorted by position.
  assertEquals(summariseHu(volume.hu), { min: -1024, max: 3071, sum: -18968842713 });
  assertEquals([volume.affine[10], volume.affine[11]], [3, -305.9]);
  // Neighbouring slices look alike; where the order were broken, two would not.
  const pixels = 512 * 512;
  const difference = (slice: number) => {
    let sum = 0;
    for (let i = 0; i < pixels; i += 7) {
      sum += Math.abs(volume.hu[slice * pixels + i]! - volume.hu[(slice + 1) * pixels + i]!);
    }
    return sum / (pixels / 7);
  };
  const differences = Array.from({ length: 106 }, (_, slice) => difference(slice));
  const median = differences.toSorted((a, b) => a - b)[53]!;
  assert(Math.max(...differences) < 3 * median, `${Math.max(...differences)} against ${median} HU`);
  const { kept } = await preprocess(volume, { segmenter });
  assert(Math.abs(kept.length - 64) <= 1, `${kept.length} slices`);
});

Deno.test("a head CT with tilted gantry is refused by its angle", async () => {
  const path = sharedData("ct-cases/gantry-tilt-head");
  if (path) await assertRejects(() => readVolume(path), InputError, "lean by 18.5 degrees");
});

Deno.test("a series in JPEG 2000 is read as pydicom reads it, slice by slice", async () => {
  const path = sharedData("ct-cases/jpeg2000-abdomen");
  if (!path) return;
  const { volume: { hu, shape }, warnings } = await readVolume(path);
  assertEquals(shape, [20, 512, 512]);
  // tests/oracles/dicom_codecs.py FOLDER
  assertEquals(summariseHu(hu), { min: -1024, max: 1839, sum: -3272217339 });
  const plane = (slice: number) => hu.slice(slice * 512 * 512, (slice + 1) * 512 * 512);
  const hashes = Array.from({ length: 20 }, (_, slice) => sha256(new Uint8Array(plane(slice).buffer)).slice(0, 8));
  assertEquals(
    hashes.join(" "),
    "6b133e8e 0f36bf5b c5beb87a 5ce90e02 f52df65d 75cd057e 84c58d4e 3bf346b3 58f3a240 2b3c4ca7 " +
      "f2209c58 ed591c11 7e7b0f05 0a016afc c003f50d 65c000a5 538f9993 ac12f325 bcd6d656 887786e4",
  );
  assert(warnings.every((warning) => warning.includes("LICENSE")), warnings.join());
});

Deno.test("a NIfTI with a slope of 2.2086 is scaled as nibabel scales it", async () => {
  const path = sharedData("ct-cases/scaled-nifti/CT_AVM.nii.gz");
  if (!path) return;
  const { volume } = await readVolume(path);
  const { min, max, sum } = summariseHu(volume.hu);
  // get_fdata() of nibabel 5.4.2
  assertEquals(min, 0);
  assertAlmostEquals(max, 563.2000029087067, 1e-4);
  assertAlmostEquals(sum, 49383836.67, 1);
  assertEquals(volume.shape, [154, 242, 256]);
});

Deno.test("an abdomen keeps no slice and says why", async () => {
  const path = sharedData("ct-cases/abdomen.nii.gz");
  if (!path) return;
  const { volume } = await readVolume(path);
  assertEquals([volume.orientation, canonicalOrientation(volume).orientation], ["RAS", "LPS"]);
  await assertRejects(() => preprocess(volume, { segmenter }), NoLungError, "too little lung for a chest CT");
});
