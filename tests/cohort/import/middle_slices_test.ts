import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { importCohort, openCohort } from "@ctsurv/cohort/mod.ts";
import { readVolume, type Volume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";

const header = "PatientID,Survival.time,deadstatus.event\n";

/** A body of this HU in air, from the fourth row and column on; [slices, 40, 40] with pixels of 2 mm. */
async function writeBody(path: string, slices: number, hu: (slice: number) => number): Promise<void> {
  const data = new Int16Array(slices * 1600).fill(-1000);
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 4; row < 36; row++) data.fill(hu(slice), 1600 * slice + 40 * row + 4, 1600 * slice + 40 * row + 36);
  }
  await writeNifti(path, {
    data,
    shape: [slices, 40, 40],
    affine: [2, 0, 0, 5, 0, 2, 0, 6, 0, 0, 3, 7, 0, 0, 0, 1],
  });
}

/** How many voxels of a file are not -1024, and of how many of these `ours` has another value, at the best place. */
function compareAt(file: Volume, ours: Volume): { readonly voxels: number; readonly different: number } {
  const [slices, rows, columns] = file.shape;
  const [, ourRows, ourColumns] = ours.shape;
  let best = { voxels: 0, different: Infinity };
  for (let down = -8; down <= 8; down++) {
    for (let right = -8; right <= 8; right++) {
      let [voxels, different] = [0, 0];
      for (let i = 0; i < file.hu.length && different < best.different; i++) {
        if (file.hu[i] === -1024) continue;
        const [slice, row, column] = [
          Math.floor(i / (rows * columns)),
          Math.floor(i / columns) % rows + down,
          i % columns + right,
        ];
        const isInside = row >= 0 && row < ourRows && column >= 0 && column < ourColumns;
        // In the file the order is known up to reversal, and it is the other way round.
        const at = ((slices - 1 - slice) * ourRows + row) * ourColumns + column;
        voxels++;
        if (!isInside || ours.hu[at] !== file.hu[i]) different++;
      }
      if (different < best.different) best = { voxels, different };
    }
  }
  return best;
}

Deno.test("the middle five slices of LUNG1-001 and -003 are those of lung1-five-slices, voxel by voxel", async () => {
  const scans = sharedData("lung1/NSCLC-Radiomics");
  const five = sharedData("lung1-five-slices/images");
  const clinical = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");
  if (!scans || !five || !clinical) return;
  await inFolder(async (output) => {
    const { patients } = await importCohort({ images: scans, clinical, output, slices: "middle-5" });
    assertEquals(patients, ["LUNG1-001", "LUNG1-003"]);
    for (const patient of patients) {
      const { volume: file } = await readVolume(join(five, `${patient}.nii.gz`));
      const { volume: ours } = await readVolume(join(output, "images", `${patient}.nii.gz`));
      const { voxels, different } = compareAt(file, ours);
      assert(voxels > 100_000, `${voxels} voxels`);
      assertEquals(different, 0, patient);
    }
  });
});

Deno.test("slices are in the cohort, which says so and asks for less lung", () =>
  inFolder(async (dir) => {
    await writeBody(`${dir}/scans/A.nii`, 12, (slice) => slice);
    await writeBody(`${dir}/scans/B.nii`, 4, (slice) => slice);
    await Deno.writeTextFile(`${dir}/table.csv`, `${header}A,547,1\nB,1200,0\n`);
    const options = { images: `${dir}/scans`, clinical: `${dir}/table.csv`, slices: "middle-5" } as const;
    const { patients, record } = await importCohort({ ...options, output: `${dir}/cohort` });
    assertEquals(patients, ["A"]);
    assertEquals(record.leftOut, [{
      patient: "B",
      reason: "B: 4 slices, of which the middle 5 cannot be taken. Leave the scan out",
    }]);
    const cohort = await openCohort(`${dir}/cohort`);
    assertEquals([cohort.manifest.leastLung, cohort.manifest.slices], [20, "middle-5"]);
    const { volume } = await readVolume(`${dir}/cohort/images/A.nii.gz`);
    assertEquals(volume.shape, [5, 20, 20]);
    assertEquals(volume.spacing, [3, 4, 4]);
    // Every second pixel from the second on, of the slices from the seventh on.
    assertEquals([3, 7, 11].map((at) => volume.affine[at]), [7, 8, 25]);
    const centres = Array.from({ length: 5 }, (_, slice) => volume.hu[400 * slice + 210]);
    assertEquals(centres, [6, 7, 8, 9, 10]);
    await Deno.remove(`${dir}/scans`, { recursive: true });
    assertEquals((await openCohort(`${dir}/cohort`)).hash, cohort.hash);
  }));

Deno.test("the least lung of a cohort is part of what it is, and absent where it is the usual one", () =>
  inFolder(async (dir) => {
    await writeBody(`${dir}/scans/A.nii`, 12, () => 40);
    await Deno.writeTextFile(`${dir}/table.csv`, `${header}A,547,1\n`);
    const options = { images: `${dir}/scans`, clinical: `${dir}/table.csv`, name: "Tiny" };
    await importCohort({ ...options, output: `${dir}/usual` });
    await importCohort({ ...options, output: `${dir}/other`, leastLung: 20 });
    const [usual, other] = [await openCohort(`${dir}/usual`), await openCohort(`${dir}/other`)];
    assertEquals("leastLung" in usual.manifest, false);
    assertEquals(other.manifest.leastLung, 20);
    assertNotEquals(usual.hash, other.hash);
  }));
