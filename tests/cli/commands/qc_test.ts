import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { qc } from "@ctsurv/cli/commands/qc.ts";
import {
  assessQuality,
  measureScan,
  preprocess,
  type QualityRow,
  readVolume,
  writeNifti,
} from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { crudeChest } from "../../support/test_volume.ts";

// The chests are too crude for a network.
const run = (...args: string[]) => qc.run(parseCommand(qc, [...args, "--lungs", "threshold"]));

/** A cohort of two chests that are the same, a larger one, and a block of water. */
async function writeCohort(dir: string): Promise<void> {
  const chest = crudeChest();
  const wide = crudeChest({ lung: 55 });
  const hu = { A: chest.hu, B: chest.hu, C: wide.hu, D: new Int16Array(chest.hu.length).fill(40) };
  for (const [id, data] of Object.entries(hu)) {
    await writeNifti(join(dir, "images", `${id}.nii.gz`), { data, shape: chest.shape, affine: chest.affine });
  }
  const manifest = { format: 1, name: "crude", source: "made up", licence: "MIT", exclusions: [] };
  await Deno.writeTextFile(join(dir, "cohort.json"), JSON.stringify(manifest));
  const rows = ["A", "B", "C", "D"].map((id) => `${id},400,1\n`).join("");
  await Deno.writeTextFile(join(dir, "clinical.csv"), `PatientID,Survival.time,deadstatus.event\n${rows}`);
}

/** Paths and bytes of all files in a folder, as text. */
async function snapshot(dir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    if (isDirectory) Object.assign(files, await snapshot(path));
    else files[path.split("/").at(-1)!] = (await Deno.readFile(path)).join();
  }
  return files;
}

Deno.test("qc reports every patient, goes on after a refusal, and writes the same bytes twice", async () => {
  await inFolder(async (dir) => {
    await writeCohort(join(dir, "cohort"));
    const output = join(dir, "out");
    // A sheet of an earlier run, when D could still be read.
    await Deno.mkdir(join(output, "contact-sheets"), { recursive: true });
    await Deno.writeTextFile(join(output, "contact-sheets", "D.png"), "old");

    const { text, json } = await run("--cohort", join(dir, "cohort"), "--output", output);
    const { patients, counts } = json as { patients: QualityRow[]; counts: Record<string, number> };
    assertEquals(patients.map(({ patient }) => patient), ["A", "B", "C", "D"]);
    assertEquals(counts, { ok: 0, flagged: 3, refused: 1 });
    const [a, b, c, d] = patients as [QualityRow, QualityRow, QualityRow, QualityRow];
    assert(a.reasons.includes("the same scan as B") && b.reasons.includes("the same scan as A"));
    assert(c.measured!.lungVolume > a.measured!.lungVolume);
    assert(!c.reasons.some((reason) => reason.startsWith("the same scan")));
    assertStringIncludes(d.reasons.join(), "D: no slice is more than 2 % lung");
    assertStringIncludes(text, "crude: 0 ok, 3 flagged, 1 refused");

    const files = await snapshot(output);
    assertEquals(Object.keys(files).sort(), ["A.png", "B.png", "C.png", "quality.csv", "quality.json"]);
    assertEquals(JSON.parse(await Deno.readTextFile(join(output, "quality.json"))).patients, patients);
    await run("--cohort", join(dir, "cohort"), "--output", output);
    assertEquals(await snapshot(output), files);
  });
});

Deno.test("qc says of a scan without lungs that its intercept was applied twice, and flags it where lungs are found", () =>
  inFolder(async (dir) => {
    const chest = crudeChest();
    await writeCohort(join(dir, "cohort"));
    const twice = Int16Array.from(chest.hu, (hu) => hu - 1024);
    const path = join(dir, "cohort", "images", "B.nii.gz");
    await writeNifti(path, { data: twice, shape: chest.shape, affine: chest.affine });
    const { json } = await run("--cohort", join(dir, "cohort"), "--output", join(dir, "out"), "--patients", "B");
    const [b] = (json as { patients: QualityRow[] }).patients;
    assertEquals(b!.status, "refused");
    assertStringIncludes(b!.reasons.join(), "B: no slice is more than 2 % lung");
    assertStringIncludes(b!.reasons.join(), "Was the intercept applied twice?");

    // A segmenter that finds lungs whatever their HU: the scan is used, and flagged.
    const reading = await readVolume(path);
    const scan = await preprocess(reading.volume, {
      segmenter: { name: "as drawn", segment: ({ hu }) => Promise.resolve(Uint8Array.from(hu, lungOf(chest.hu))) },
      spacing: chest.spacing,
    });
    const [row] = assessQuality([{ patient: "B", measured: measureScan(reading, scan) }]);
    assertEquals(row!.status, "flagged");
    assertStringIncludes(row!.reasons.join(), "Was the intercept applied twice?");
  }));

/** 1 where the chest before its intercept was applied twice is as dense as lung. */
function lungOf(hu: ArrayLike<number>) {
  return (_: number, voxel: number) => hu[voxel] === -800 ? 1 : 0;
}

Deno.test("qc examines the patients that are named, and refuses names that are not there", async () => {
  await inFolder(async (dir) => {
    await writeCohort(join(dir, "cohort"));
    const only = (patients: string) =>
      run("--cohort", join(dir, "cohort"), "--output", join(dir, "out"), "--patients", patients);
    const { json } = await only("D, A");
    assertEquals((json as { patients: QualityRow[] }).patients.map(({ patient }) => patient), ["A", "D"]);
    await assertRejects(() => only("A,E"), InputError, "has no E among its 4 patients");
    await assertRejects(() => only(""), InputError, "--patients is empty");
    await assertRejects(() => run("--cohort", dir, "--output", join(dir, "out")), InputError, "cohort.json");
  });
});
