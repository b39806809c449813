import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InputError, readInput } from "@ctsurv/base/mod.ts";
import { inspect } from "@ctsurv/cli/commands/inspect.ts";
import { importCohort } from "@ctsurv/cohort/mod.ts";
import { listImageFiles, NoLungError, preprocessCached, readVolume, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { ctSlice, dicomBytes, writeSlices } from "../support/dicom_bytes.ts";
import { inFolder } from "../support/in_folder.ts";
import { niftiBytes } from "../support/nifti_bytes.ts";

/** Bytes of an archive that is larger than any scan may be. Nothing but its start lies on the disk. */
const HUGE = 2 ** 31 + 5;

async function pipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}

/** Slices, and beside them everything that is no slice. */
async function layScan(dir: string): Promise<void> {
  await writeSlices(dir, [0, 3, 6].map((z) => ctSlice(z, { "00080018": ["UI", `1.2.${z}`], "00100020": ["LO", "A"] })));
  await Deno.writeFile(join(dir, "scan.zip"), Uint8Array.of(0x50, 0x4b, 3, 4));
  await Deno.truncate(join(dir, "scan.zip"), HUGE);
  await Deno.symlink("nowhere", join(dir, "dangling.dcm"));
  await Deno.symlink("loop", join(dir, "loop"));
  await Deno.symlink(".", join(dir, "back"));
  await pipe(join(dir, "pipe.dcm"));
  await Deno.writeTextFile(join(dir, "._0.dcm"), "\x00\x05\x16\x07");
  await Deno.mkdir(join(dir, "__MACOSX"));
  await Deno.writeFile(join(dir, "__MACOSX", "0.dcm"), dicomBytes(ctSlice(99)));
}

Deno.test("a pipe, a huge archive and links to nowhere beside the slices: inspect, the cache and import read the same", () =>
  inFolder(async (dir) => {
    const scan = join(dir, "images", "A");
    await Deno.mkdir(scan, { recursive: true });
    await layScan(scan);
    const { volume, warnings } = await readVolume(scan);
    assertEquals([...volume.shape], [3, 4, 5]);
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, "files left out: 4. ");
    assertStringIncludes(warnings[0]!, "dangling.dcm: a link that leads nowhere");
    assertStringIncludes(warnings[0]!, "pipe.dcm: a pipe, socket or device");
    const { json } = await inspect.run({ positionals: [scan], options: {} });
    assertEquals((json as { warnings: unknown }).warnings, warnings);
    // Three slices of nothing hold no lung; but that is known of their voxels, beyond the reading of files.
    await assertRejects(() => preprocessCached(scan, `${dir}/cache`, { segmenter: thresholdLungs }), NoLungError);
    await Deno.writeTextFile(join(dir, "table.csv"), "PatientID,Survival.time,deadstatus.event\nA,9,1\n");
    const { record, skipped } = await importCohort({
      images: join(dir, "images"),
      clinical: join(dir, "table.csv"),
      output: join(dir, "cohort"),
    });
    assertEquals(record.found.dicom, [{ modality: "CT", series: 1, images: 3 }]);
    assertEquals(skipped, [
      { reason: "a link that leads nowhere", files: ["A/dangling.dcm", "A/loop"] },
      { reason: "a pipe, socket or device", files: ["A/pipe.dcm"] },
      { reason: "a zip archive. Unpack it first, and give the folder", files: ["A/scan.zip"] },
    ]);
  }));

Deno.test("preprocessCached() takes the same slices for the same, whatever lies beside them", () =>
  inFolder(async (dir) => {
    const segmenter = {
      name: "all",
      segment: ({ hu }: { hu: ArrayLike<number> }) => Promise.resolve(new Uint8Array(hu.length).fill(1)),
    };
    const options = { segmenter, leastLungVolume: 0, size: 2 };
    const scan = join(dir, "scan");
    await writeSlices(scan, [0, 3, 6].map((z) => ctSlice(z)));
    const { key } = await preprocessCached(scan, join(dir, "cache"), options);
    await layScan(scan).catch(() => {});
    await Deno.remove(join(scan, "0.dcm"));
    await Deno.writeFile(join(scan, "first.dcm"), dicomBytes(ctSlice(0)));
    for (const z of [3, 6]) await Deno.writeFile(join(scan, `${z / 3}.dcm`), dicomBytes(ctSlice(z)));
    const again = await preprocessCached(scan, join(dir, "cache"), options);
    assertEquals([again.key, again.isFromCache], [key, true]);
  }));

Deno.test("a pipe in place of a file or folder is refused, and not waited for", () =>
  inFolder(async (dir) => {
    const path = join(dir, "pipe.nii.gz");
    await pipe(path);
    await assertRejects(() => readVolume(path), InputError, "a pipe, socket or device");
    await assertRejects(() => readInput(path), InputError, "a pipe, socket or device");
    await assertRejects(() => listImageFiles(path), InputError, "a pipe, socket or device");
    await assertRejects(() => inspect.run({ positionals: [path], options: {} }), InputError, "a pipe");
    await assertRejects(() => readInput(dir), InputError, "is a folder");
  }));

Deno.test("listImageFiles() follows links to files and folders, but not in circles, and passes over what it is told to", async () => {
  await inFolder(async (dir) => {
    for (const folder of ["a", "b/c", "closed"]) await Deno.mkdir(join(dir, folder), { recursive: true });
    for (const file of ["a/1", "b/c/2", "closed/3"]) await Deno.writeTextFile(join(dir, file), "");
    await Deno.symlink("../b", join(dir, "a", "link"));
    await Deno.symlink("../..", join(dir, "b", "c", "up"));
    const { files } = await listImageFiles(join(dir, "a"), { without: [join(dir, "closed")] });
    assertEquals(files.map((path) => path.slice(dir.length + 1)), ["a/1", "a/link/c/2"]);
  });
});

const zip = Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(22), 7, 0, 0, 0, ...new TextEncoder().encode("001.dcm"));
const text = (content: string) => Uint8Array.from(content, (letter) => letter.charCodeAt(0));
const tar = new Uint8Array(512);
tar.set(text("ustar"), 257);

/** Files that are neither DICOM nor NIfTI, and what the message says of them. */
const others: readonly (readonly [name: string, bytes: Uint8Array, ...words: string[]])[] = [
  ["scan.zip", zip, "a zip archive", "Unpack it first"],
  ["scan", zip, "a zip archive"],
  ["scan.tar", tar, "a tar archive", "Unpack"],
  ["scan.tgz", gzipSync(tar), "an archive", "Unpack"],
  ["scan.gz", gzipSync(tar), "gzipped, and inside it is a tar archive", "Unpack"],
  ["scan.7z", text("7z\xbc\xaf\x27\x1c"), "a 7z archive"],
  ["scan.rar", text("Rar!\x1a"), "a RAR archive"],
  ["001.dcm.gz", gzipSync(dicomBytes(ctSlice(0))), "a gzipped DICOM file", "Unpack"],
  ["001.dcm.bz2", text("BZh9"), "compressed with bzip2"],
  ["ct.nrrd", text("NRRD0004\n"), "an NRRD image", "Convert it to NIfTI"],
  ["ct.nii.gz", text("NRRD0004\n"), "not a NIfTI file, but an NRRD image"],
  ["ct.nhdr", text("x"), "an NRRD image"],
  ["ct.mha", text("ObjectType = Image\n"), "a MetaImage", "Convert"],
  ["ct.mhd", text("NDims = 3\n"), "a MetaImage"],
  ["ct.mgz", gzipSync(new Uint8Array(300)), "FreeSurfer", "mri_convert"],
  ["ct.mgh", new Uint8Array(300), "FreeSurfer"],
  ["ct.mnc", text("\x89HDF\r\n"), "HDF5", "mnc2nii"],
  ["ct.hdr", new Uint8Array(348), "one half of a .hdr/.img pair"],
  ["ct.npy", text("\x93NUMPY"), "a NumPy array"],
  ["ct.mat", text("MATLAB 5.0 MAT-file"), "a MATLAB file"],
  ["ct.vtk", text("# vtk DataFile Version 3.0"), "a VTK image"],
  ["ct.png", text("\x89PNG\r\n"), "a PNG picture", "Export the scan as DICOM"],
  ["ct.jpg", text("\xff\xd8\xff\xe0"), "a JPEG picture"],
  ["ct.tif", text("II*\0"), "a TIFF picture"],
  ["ct.pdf", text("%PDF-1.4"), "a PDF document"],
  ["ct.nii.gz", text("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer", "git lfs pull"],
  ["ct.nii.gz", text("../.git/annex/objects/aa/bb"), "a git-annex pointer"],
  ["ct.nii.gz", text("<!DOCTYPE html><html>"), "a web page"],
  ["._ct.nii.gz", text("\x00\x05\x16\x07\x00\x02"), "an AppleDouble file, which macOS writes"],
  ["ct.dcm", new Uint8Array(), "an empty file"],
];

for (const [name, bytes, ...words] of others) {
  Deno.test(`${name} is refused as ${words[0]}, by readVolume() and by inspect`, () =>
    inFolder(async (dir) => {
      const path = join(dir, name);
      await Deno.writeFile(path, bytes);
      for (const read of [() => readVolume(path), () => inspect.run({ positionals: [path], options: {} })]) {
        const { message } = await assertRejects(read, InputError);
        for (const word of words) assertStringIncludes(message, word);
        assert(message.startsWith(path));
      }
    }));
}

Deno.test("NIfTI is known by its bytes under any name, and a folder of NIfTI by its files", () =>
  inFolder(async (dir) => {
    await Deno.writeFile(join(dir, "ct.gz"), gzipSync(niftiBytes()));
    await Deno.writeFile(join(dir, "scan"), niftiBytes());
    for (const name of ["ct.gz", "scan"]) assertEquals((await readVolume(join(dir, name))).source.kind, "nifti");
    const folder = join(dir, "folder");
    await Deno.mkdir(folder);
    await Deno.writeFile(join(folder, "ct.nii.gz"), gzipSync(niftiBytes()));
    const message = `a folder with one NIfTI file, and no DICOM. Give the file itself: ${join(folder, "ct.nii.gz")}`;
    await assertRejects(() => readVolume(folder), InputError, message);
    await Deno.writeFile(join(folder, "mask.nii"), niftiBytes());
    await assertRejects(() => readVolume(folder), InputError, "2 NIfTI files");
  }));
