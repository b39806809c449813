import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { sha256 } from "@ctsurv/base/mod.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import {
  type Affine,
  canonicalOrientation,
  readVolume,
  type Shape,
  summariseHu,
  writeDicomSeries,
  writeNifti,
} from "@ctsurv/imaging/mod.ts";
import { affineColumn, affineFrom, scale, type Vector } from "@ctsurv/imaging/volume/_affine.ts";
import { inFolder } from "../support/in_folder.ts";
import { sharedData } from "../support/shared_data.ts";

/** Nothing may pass by warning of everything: inputs that are right are read without a word, with the same numbers. */

const SHAPE: Shape = [6, 7, 5];
const AFFINE: Affine = [0.7, 0, 0, -50, 0, 0.8, 0, -60, 0, 0, 3, -100, 0, 0, 0, 1];
const HU = Int16Array.from({ length: 6 * 7 * 5 }, (_, i) => (i * 37) % 1500 - 1000);
const PERMUTATIONS = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0], [2, 0, 1]] as const;

/** The volume stored with its axes in another order, some of them reversed: the same patient, voxel by voxel. */
function stored(order: readonly number[], reversed: readonly boolean[]) {
  const sizes = [SHAPE[2], SHAPE[1], SHAPE[0]];
  const strides = [1, SHAPE[2], SHAPE[1] * SHAPE[2]];
  const steps = order.map((axis) => affineColumn(AFFINE, axis as 0 | 1 | 2));
  let origin = affineColumn(AFFINE, 3);
  order.forEach((axis, i) => {
    if (reversed[i]) origin = origin.map((mm, k) => mm + steps[i]![k]! * (sizes[axis]! - 1)) as unknown as Vector;
  });
  const [nx, ny, nz] = order.map((axis) => sizes[axis]!) as [number, number, number];
  const data = new Int16Array(HU.length);
  for (let z = 0, target = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, target++) {
        const source = [x, y, z].reduce((sum, at, i) => {
          const axis = order[i]!;
          return sum + strides[axis]! * (reversed[i] ? sizes[axis]! - 1 - at : at);
        }, 0);
        data[target] = HU[source]!;
      }
    }
  }
  const [column, row, slice] = steps.map((step, i) => scale(step, reversed[i] ? -1 : 1)) as [Vector, Vector, Vector];
  return { data, shape: [nz, ny, nx] as const, affine: affineFrom(column, row, slice, origin) };
}

/** Offsets of the codes in a NIfTI-1 header. */
const [QFORM_CODE, SFORM_CODE] = [252, 254];

for (const [form, cleared] of [["both forms", undefined], ["sform", QFORM_CODE], ["qform", SFORM_CODE]] as const) {
  Deno.test(`all 48 axis orders of a NIfTI by ${form} give one volume, and no warning`, () =>
    inFolder(async (dir) => {
      const path = join(dir, "ct.nii");
      const orientations = new Set<string>();
      for (const order of PERMUTATIONS) {
        for (let signs = 0; signs < 8; signs++) {
          await writeNifti(path, stored(order, [0, 1, 2].map((bit) => (signs >> bit & 1) === 1)));
          const bytes = await Deno.readFile(path);
          if (cleared !== undefined) new DataView(bytes.buffer).setInt16(cleared, 0, true);
          await Deno.writeFile(path, bytes);
          const { volume, warnings, doubts } = await readVolume(path);
          assertEquals([warnings, doubts], [[], []]);
          orientations.add(volume.orientation);
          const turned = canonicalOrientation(volume);
          assertEquals([turned.shape, turned.hu], [SHAPE, HU]);
          turned.affine.forEach((value, i) => assertAlmostEquals(value, AFFINE[i]!, 1e-4));
        }
      }
      assertEquals(orientations.size, 48);
    }));
}

Deno.test("DICOM as scanner and planning system write it, in file order and out of it, gives no warning", () =>
  inFolder(async (dir) => {
    for (const dialect of ["siemens", "xio"] as const) {
      const folder = join(dir, dialect);
      await writeDicomSeries(folder, { hu: HU, shape: SHAPE, affine: AFFINE }, { dialect, patientId: "A" });
      const { volume, warnings, doubts } = await readVolume(folder);
      assertEquals([volume.hu, warnings, doubts], [HU, [], []]);
    }
  }));

Deno.test("phantoms give no warning", () =>
  inFolder(async (dir) => {
    for (const name of ["phantom-lung1", "phantom-claro"] as const) {
      await ensurePhantom(name, join(dir, name), { patients: 2 });
      for (const { name: image } of Deno.readDirSync(join(dir, name, "images"))) {
        const { warnings, doubts } = await readVolume(join(dir, name, "images", image));
        assertEquals([warnings, doubts], [[], []], image);
      }
    }
  }));

Deno.test("LUNG1-001 and -003 give no warning, and the sums that pydicom gives", async () => {
  const sums = { "LUNG1-001": -26042952667, "LUNG1-003": -18968842713 };
  for (const [patient, sum] of Object.entries(sums)) {
    const path = sharedData(`lung1/NSCLC-Radiomics/${patient}`);
    if (!path) return;
    const { volume, warnings, doubts } = await readVolume(path);
    assertEquals([summariseHu(volume.hu).sum, warnings, doubts], [sum, [], []]);
  }
});

Deno.test("five slices each of 420 real patients give no warning, and the numbers that they gave before", async () => {
  const folder = sharedData("lung1-five-slices/images");
  if (!folder) return;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const hashes: string[] = [];
  for (const name of names) {
    const { volume, warnings } = await readVolume(join(folder, name));
    assert(warnings.length === 0, `${name}: ${warnings.join()}`);
    hashes.push(sha256(new Uint8Array(volume.hu.buffer as ArrayBuffer), JSON.stringify(volume.affine)));
  }
  assertEquals(names.length, 420);
  assertEquals(sha256(hashes.join()).slice(0, 16), "d6043d950f56965f");
});
