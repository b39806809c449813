import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import { importCohort, type ImportCohortOptions, openCohort } from "@ctsurv/cohort/mod.ts";
import { readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";
import { ctSeries, lay, layouts, lung1Download, lung1Table, put, scattered, series } from "./download.ts";

const classic = layouts["NBIA, classic"]!;

/** Imports `dir/images` with `dir/table.csv` into `dir/cohort`. */
function importFrom(dir: string, options: Partial<ImportCohortOptions> = {}) {
  return importCohort({
    images: join(dir, "images"),
    clinical: join(dir, "table.csv"),
    output: join(dir, "cohort"),
    ...options,
  });
}

/** With LUNG1's table and the made-up download, laid out as NBIA does. */
function withDownload<T>(use: (dir: string) => Promise<T>, layout = classic): Promise<T> {
  return inFolder(async (dir) => {
    await lay(join(dir, "images"), lung1Download(), layout);
    await put(join(dir, "images", "LICENSE"), "CC BY-NC 3.0");
    await put(join(dir, "images", "metadata.csv"), "Series UID,Collection\n");
    await put(join(dir, "table.csv"), lung1Table);
    return await use(dir);
  });
}

/** Every file under a folder and its SHA-256. */
async function fingerprint(dir: string, below = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(dir, below))) {
    const path = join(below, name);
    if (isDirectory) Object.assign(found, await fingerprint(dir, path));
    else found[path] = sha256(await Deno.readFile(join(dir, path)));
  }
  return found;
}

Deno.test("importCohort() takes one CT of each patient, and says what became of everything else", () =>
  withDownload(async (dir) => {
    const { patients, segmentations, excluded, record, skipped, name } = await importFrom(dir);
    assertEquals(name, "LUNG1");
    assertEquals(patients, ["LUNG1-001", "LUNG1-002", "LUNG1-004"]);
    assertEquals(segmentations, { SEG: 1, RTSTRUCT: 1 });
    assertEquals(excluded, [{ patient: "LUNG1-014", reason: "CT slices are missing" }]);
    assertEquals(record.withoutImage, ["LUNG1-005"]);
    assertEquals(record.withoutRow, ["LUNG1-999"]);
    assertEquals(record.leftOut, [{
      patient: "LUNG1-003",
      reason:
        `2 CT series: ${series.three} (12 slices, 3 mm, axial, "Thorax"), ${series.other} (10 slices, 3 mm, axial). ` +
        `Choose one with --series LUNG1-003=${series.three}, or a rule with --series-rule`,
    }]);
    assertEquals(record.remarks, [
      { patient: "LUNG1-004", remark: `shorter CT series set aside: ${series.scout}` },
    ]);
    assertEquals(record.found, {
      files: 82,
      nifti: 0,
      dicom: [
        { modality: "CT", series: 8, images: 77 },
        { modality: "RTSTRUCT", series: 1, images: 1 },
        { modality: "SEG", series: 1, images: 1 },
      ],
      copies: 0,
    });
    assertEquals(skipped.map(({ reason, files }) => [reason, files.length]), [
      ["a localizer", 1],
      ["neither DICOM nor NIfTI", 2],
    ]);
    assertEquals(record.oddStages.map(({ patient, column, value }) => `${patient} ${column} ${value}`), [
      "LUNG1-002 clinical.T.Stage 5",
      "LUNG1-003 Clinical.N.Stage 4",
      "LUNG1-004 Clinical.M.Stage 3",
      "LUNG1-005 Overall.Stage null",
    ]);
  }));

Deno.test("openCohort() opens an import: images where they are, their series, and the segmentations drawn on them", () =>
  withDownload(async (dir) => {
    await importFrom(dir);
    const { patients, excluded, messages, name, manifest } = await openCohort(join(dir, "cohort"));
    assertEquals([name, manifest.licence], ["LUNG1", "CC BY-NC 3.0"]);
    const images = join(await Deno.realPath(dir), "images", "NSCLC-Radiomics", "LUNG1-001");
    const one = patients[0]!;
    assertEquals(one.image, join(images, "1.2.826.0.1.3680043.8.498.10001", series.one));
    assertEquals(one.series, series.one);
    assertEquals(
      one.segmentations,
      ["RTSTRUCT", "SEG"].map((kind, i) => ({
        kind: kind as "SEG" | "RTSTRUCT",
        path: join(images, "1.2.826.0.1.3680043.8.498.1", `1.2.826.0.1.3680043.8.498.${5 - i}`, "1-001.dcm"),
      })),
    );
    assertEquals(patients[1]!.segmentations, undefined);
    assertEquals(patients.map(({ record }) => record.survivalDays), [2165, 155, 141]);
    assertEquals(excluded.map(({ patient }) => patient), ["LUNG1-014"]);
    assertStringIncludes(messages[0]!, "without an image");
    assert(messages[0]!.endsWith(": LUNG1-005"));
    assert(messages[1]!.endsWith("says why, under import.leftOut: LUNG1-003"));
  }));

Deno.test("importCohort() gives the same cohort from every tool's layout, and from names and folders drawn at random", async () => {
  const outcome = (layout = classic, options = {}) =>
    withDownload(async (dir) => {
      const { record: { remarks, ...record }, patients, skipped } = await importFrom(dir, options);
      const cohort = await openCohort(join(dir, "cohort"));
      const voxels = cohort.patients.map(async ({ image, series }) =>
        sha256(new Uint8Array((await readVolume(image, { series: series! })).volume.hu.buffer as ArrayBuffer))
      );
      return {
        hash: cohort.hash,
        voxels: await Promise.all(voxels),
        outlines: cohort.patients.map(({ segmentations }) => segmentations?.map(({ kind }) => kind)),
        patients,
        found: record.found,
        leftOut: record.leftOut,
        remarks: remarks.filter(({ remark }) => !remark.includes("reading is slow")),
        skipped: skipped.map(({ reason, files }) => [reason, files.length]),
      };
    }, layout);
  const expected = await outcome();
  assertEquals(new Set(expected.voxels).size, 3);
  for (const [name, layout] of Object.entries(layouts)) assertEquals(await outcome(layout), expected, name);
  for (let seed = 0; seed < 4; seed++) assertEquals(await outcome(scattered(seed)), expected, `seed ${seed}`);
  assertEquals({ ...await outcome(scattered(5), { copy: true }) }, expected, "copied");
});

Deno.test("importCohort() takes a series that was downloaded twice once, from a folder that has all of it", () =>
  withDownload(async (dir) => {
    const copy = lung1Download().filter((file) => file.series === series.two);
    // Broken off after three files: it comes first by name, and is not whole.
    await lay(join(dir, "images"), copy.slice(0, 3), ({ number }) => `again/${number}.dcm`);
    await lay(join(dir, "images"), copy, ({ number }) => `zoo/${number}.dcm`);
    const { record, patients } = await importFrom(dir);
    assertEquals(patients, ["LUNG1-001", "LUNG1-002", "LUNG1-004"]);
    assertEquals(record.found.copies, 14);
    const cohort = await openCohort(join(dir, "cohort"));
    assertStringIncludes(cohort.patients[1]!.image, join("LUNG1-002", "1.2.826.2.10001", series.two));
  }));

Deno.test("importCohort() takes the series that is named, and refuses a name that fits nothing", () =>
  withDownload(async (dir) => {
    const choose = (patient: string, uid: string) => importFrom(dir, { series: new Map([[patient, uid]]) });
    const { patients, record } = await choose("LUNG1-003", series.other);
    assertEquals([patients.length, record.leftOut], [4, []]);
    const cohort = await openCohort(join(dir, "cohort"));
    assertEquals(cohort.patients[2]!.series, series.other);
    assertEquals((await choose("LUNG1-004", series.scout)).record.remarks, []);
    await assertRejects(() => choose("LUNG1-003", "1.2"), InputError, `LUNG1-003 has 2 CT series: ${series.three}`);
    await assertRejects(() => choose("LUNG1-005", "1.2"), InputError, "LUNG1-005 has no CT");
    await assertRejects(() => choose("LUNG1-006", "1.2"), InputError, "no such patient in the clinical table");
    await assertRejects(() => choose("LUNG1-014", "1.2"), InputError, "this patient is excluded");
  }));

Deno.test("importCohort() twice gives the same bytes, with and without copies", () =>
  withDownload(async (dir) => {
    for (const copy of [false, true]) {
      const output = join(dir, `cohort ${copy}`);
      await importFrom(dir, { output, copy });
      const first = await fingerprint(output);
      await importFrom(dir, { output, copy });
      assertEquals(await fingerprint(output), first);
      assertEquals(Object.keys(first).length, copy ? 2 + 12 + 11 + 10 + 2 : 2);
    }
  }));

Deno.test("importCohort() with copies needs the download no more, even where it was made inside it", () =>
  withDownload(async (dir) => {
    const output = join(dir, "images", "cohort");
    const first = await importFrom(dir, { output, copy: true });
    const again = await importFrom(dir, { output, copy: true });
    assertEquals(again.record.found.files, first.record.found.files + 2, "only the cohort's own two tables are new");
    await Deno.rename(output, join(dir, "elsewhere"));
    await Deno.remove(join(dir, "images"), { recursive: true });
    const { patients } = await openCohort(join(dir, "elsewhere"));
    const { volume } = await readVolume(patients[0]!.image);
    assertEquals([...volume.shape], [12, 4, 5]);
    assertEquals(patients[0]!.segmentations?.map(({ path }) => path.split("/").slice(-3).join("/")), [
      "segmentations/LUNG1-001/RTSTRUCT-1.dcm",
      "segmentations/LUNG1-001/SEG-2.dcm",
    ]);
  }));

Deno.test("an import moves with its images where they lie side by side, and else says what is lost", () =>
  withDownload(async (dir) => {
    await importFrom(dir);
    const { hash } = await openCohort(join(dir, "cohort"));
    await Deno.mkdir(join(dir, "new"));
    for (const name of ["images", "cohort"]) await Deno.rename(join(dir, name), join(dir, "new", name));
    assertEquals((await openCohort(join(dir, "new", "cohort"))).hash, hash);
    await Deno.rename(join(dir, "new", "images"), join(dir, "images"));
    const { message } = await assertRejects(() => openCohort(join(dir, "new", "cohort")), InputError);
    assertStringIncludes(message, "5 of 5 images have moved since they were imported");
    assertStringIncludes(message, "LUNG1-001");
    // Imported again from where they are now, with a cohort too far away for relative paths, it is the same cohort.
    const output = join(dir, "new", "deep", "er", "cohort");
    await importFrom(dir, { output });
    const far = await openCohort(output);
    assertEquals(far.hash, hash);
    assert(Object.values(far.manifest.images!).every(({ path }) => path.startsWith("/")));
  }));

Deno.test("the hash of an import changes with the series that was chosen", () =>
  withDownload(async (dir) => {
    const hash = async (uid: string) => {
      await importFrom(dir, { series: new Map([["LUNG1-003", uid]]) });
      return (await openCohort(join(dir, "cohort"))).hash;
    };
    assertNotEquals(await hash(series.three), await hash(series.other));
  }));

Deno.test("importCohort() leaves alone what no import made", () =>
  withDownload(async (dir) => {
    const refused = async (files: Record<string, string>, message: string, options = {}) => {
      const output = await Deno.makeTempDir({ dir });
      for (const [name, text] of Object.entries(files)) await put(join(output, name), text);
      const before = await fingerprint(output);
      await assertRejects(() => importFrom(dir, { output, ...options }), InputError, message);
      assertEquals(await fingerprint(output), before);
    };
    const phantom = { format: 1, name: "P", source: "s", licence: "l", exclusions: [] };
    await refused({ "cohort.json": JSON.stringify(phantom), "clinical.csv": "x" }, "that no import made");
    await refused({ "cohort.json": "{}" }, "does not describe a cohort");
    await refused({ "clinical.csv": "mine" }, "clinical.csv is there already, and no import made it");
    await refused({ "images/A.nii": "mine" }, "is there already", { copy: true });
    await assertRejects(() => importFrom(dir, { output: join(dir, "table.csv") }), InputError, "is a file");
    // Beside other files of the user it writes its own two.
    const output = join(dir, "notes");
    await put(join(output, "notes.txt"), "mine");
    await importFrom(dir, { output });
    assertEquals(Object.keys(await fingerprint(output)).sort(), ["clinical.csv", "cohort.json", "notes.txt"]);
  }));

Deno.test("importCohort() broken off leaves no cohort, and goes on where it was", () =>
  withDownload(async (dir) => {
    const output = join(dir, "cohort");
    let ticks = 0;
    const failing = {
      start: () => ticks = 0,
      tick: () => {
        if (++ticks === 20) throw new Error("the power failed");
      },
      done: () => {},
    };
    await importFrom(dir, { copy: true });
    const whole = await fingerprint(output);
    for (const again of [true, false]) {
      await assertRejects(() => importFrom(dir, { copy: true, progress: failing }), Error, "the power failed");
      await assertRejects(() => openCohort(output), InputError, "unfinished");
      if (again) await Deno.remove(join(output, "images", "LUNG1-001"), { recursive: true });
      await put(join(output, "images", "LUNG1-001", "stale.dcm"), "from before");
    }
    await importFrom(dir, { copy: true });
    assertEquals(await fingerprint(output), whole);
  }));

Deno.test("importCohort() matches NIfTI files by name or by folder, and prefers the CT among masks", () =>
  inFolder(async (dir) => {
    const write = (path: string) =>
      writeNifti(join(dir, "images", path), {
        data: new Int16Array(8),
        shape: [2, 2, 2],
        affine: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
      });
    const paths = ["P-1.nii.gz", "P-2/scan.nii", "P-3/CT.nii.gz", "P-3/masks/lung.nii.gz", "P-4/P-4.nii", "P-4/ct.nii"];
    for (const path of [...paths, "P-5/a.nii", "P-5/b.nii", "template.nii"]) await write(path);
    await put(
      join(dir, "table.csv"),
      "PatientID,Survival.time,deadstatus.event\n" + [1, 2, 3, 4, 5, 6].map((i) => `P-${i},9,1`).join("\n"),
    );
    const imported = await importFrom(dir);
    assertEquals([imported.name, imported.patients], ["cohort", ["P-1", "P-2", "P-3", "P-4"]]);
    const { patients } = await openCohort(join(dir, "cohort"));
    const images = join(await Deno.realPath(dir), "images");
    assertEquals(
      patients.map(({ image, series }) => [image, series]),
      ["P-1.nii.gz", "P-2/scan.nii", "P-3/CT.nii.gz", "P-4/P-4.nii"].map((path) => [join(images, path), undefined]),
    );
    assertEquals(imported.record.leftOut, [{
      patient: "P-5",
      reason: "2 NIfTI files: P-5/a.nii, P-5/b.nii. Choose one with --series P-5=P-5/a.nii",
    }]);
    assertEquals(imported.skipped, [
      { reason: "NIfTI beside the chosen CT", files: ["P-3/masks/lung.nii.gz", "P-4/ct.nii"] },
      { reason: "NIfTI that is named after no patient of the table", files: ["template.nii"] },
    ]);
    const chosen = await importFrom(dir, { series: new Map([["P-5", "P-5/b.nii"]]), copy: true });
    assertEquals(chosen.patients.length, 5);
    assertEquals(Object.keys(await fingerprint(join(dir, "cohort", "images"))).sort(), [
      ...["P-1.nii.gz", "P-2.nii", "P-3.nii.gz", "P-4.nii", "P-5.nii"],
    ]);
  }));

Deno.test("importCohort() warns of scans that lie in one heap, as each is looked for in all of it", () =>
  withDownload(async (dir) => {
    const heaped = async (copy: boolean) =>
      (await importFrom(dir, { copy })).record.remarks.map(({ remark }) => remark);
    const slow = (slices: number) =>
      `${slices} slices lie among ${82 - slices} other files, so that reading is slow; --copy helps`;
    const aside = `shorter CT series set aside: ${series.scout}`;
    assertEquals(await heaped(false), [slow(12), slow(11), aside, slow(10)]);
    assertEquals(await heaped(true), [aside]);
  }, ({ uid }) => uid));

Deno.test("importCohort() leaves out a patient with both DICOM and NIfTI", () =>
  inFolder(async (dir) => {
    await lay(join(dir, "images"), ctSeries("A", "1.2.7", { slices: 12 }), classic);
    await lay(join(dir, "images"), ctSeries("B", "1.2.8", { slices: 2 }), classic);
    await put(join(dir, "images", "A.nii"), "");
    await put(join(dir, "table.csv"), "PatientID,Survival.time,deadstatus.event\nA,9,1\nB,9,1\n");
    const { record, patients } = await importFrom(dir);
    assertEquals(patients, ["B"], "a short series is the scan where it is the only one");
    assertStringIncludes(
      record.leftOut[0]!.reason,
      "1 CT series: 1.2.7 (12 slices, 3 mm, axial), and 1 NIfTI file: A.nii",
    );
  }));

Deno.test("importCohort() names files that cannot be used by what is wrong with them", () =>
  withDownload(async (dir) => {
    const images = join(dir, "images");
    const [slice] = ctSeries("LUNG1-005", "1.2.5", { slices: 1 });
    await put(join(images, "cut.dcm"), slice!.bytes.subarray(0, 200));
    await put(join(images, "download.zip"), "PK");
    await put(join(images, "ct.nrrd"), "NRRD0004");
    await lay(images, ctSeries("", "1.2.6", { slices: 1 }), () => "anonymous.dcm");
    await Deno.symlink("nowhere", join(images, "dangling.dcm"));
    await Deno.symlink("..", join(images, "NSCLC-Radiomics", "loop"));
    const { skipped } = await importFrom(dir);
    const reasons = Object.fromEntries(skipped.map(({ reason, files }) => [reason, files]));
    assertEquals(reasons["a link that leads nowhere"], ["dangling.dcm"]);
    assertEquals(reasons["DICOM without PatientID (0010,0020)"], ["anonymous.dcm"]);
    assertEquals(reasons["an archive. Unpack it first, and give the folder"], ["download.zip"]);
    assertEquals(
      reasons["an NRRD image. Convert it to NIfTI or DICOM first, for example with 3D Slicer or SimpleITK"],
      ["ct.nrrd"],
    );
    const damaged = Object.keys(reasons).find((reason) => reason.startsWith("the DICOM header is damaged"))!;
    assertEquals(reasons[damaged], ["cut.dcm"]);
  }));

Deno.test("importCohort() says why it found nobody, and leaves nothing behind", () =>
  inFolder(async (dir) => {
    const refused = async (options: Partial<ImportCohortOptions>, ...parts: string[]) => {
      const { message } = await assertRejects(() => importFrom(dir, options), InputError);
      for (const part of parts) assertStringIncludes(message, part);
      assertEquals(await Deno.stat(join(dir, "cohort")).catch(() => "absent"), "absent");
    };
    await put(join(dir, "table.csv"), "PatientID,Survival.time,deadstatus.event\nCLARO-1,9,1\n");
    await refused({}, "images: there is no such folder of images");
    await refused({ images: join(dir, "table.csv") }, "table.csv is a file; give the folder");
    await Deno.mkdir(join(dir, "images"));
    await refused({}, "No patient of", "has a CT in", "patients of the table: CLARO-1", "0 files looked at");
    await lay(join(dir, "images"), ctSeries("claro-1", "1.2.7", { slices: 12 }), classic);
    await refused({}, "PatientIDs of the CTs there: claro-1", "CT: 1 series of 12 images");
    await refused({ clinical: join(dir, "absent.csv") }, "absent.csv: there is no such file");
    await refused({ clinical: dir }, "is a folder; give the file");
    await put(join(dir, "book.xlsx"), "PK\x03\x04");
    await refused({ clinical: join(dir, "book.xlsx") }, "an Excel workbook");
    await put(join(dir, "mac.csv"), Uint8Array.of(0x50, 0x9f, 0x70, 0x3b));
    await refused({ clinical: join(dir, "mac.csv") }, "not text in UTF-8");
    await put(join(dir, "other.csv"), "ID,days,dead\nclaro-1,9,1\n");
    await refused({ clinical: join(dir, "other.csv") }, "has no column PatientID", "columns file");
    await refused({ columns: join(dir, "absent.json") }, "absent.json: there is no such file");
  }));

Deno.test("importCohort() reads UTF-16 as Excel's Unicode text, by a columns file, and tells IDs that differ in case", () =>
  inFolder(async (dir) => {
    const table = "ID\tOS\tStatus\nclaro-1\t2,5\tdead\nCLARO-2\t3\talive\n";
    await put(
      join(dir, "table.csv"),
      new Uint8Array(Uint16Array.from("\ufeff" + table, (c) => c.charCodeAt(0)).buffer),
    );
    const columns = { patient: "ID", survival: "OS", status: "Status" };
    const file = { columns, survivalUnit: "years", dead: ["dead"], alive: ["alive"], decimal: "," };
    await put(join(dir, "columns.json"), JSON.stringify(file));
    for (const [i, id] of ["claro-1", "claro-2"].entries()) {
      await lay(join(dir, "images"), ctSeries(id, `1.2.${i}`, { slices: 2 }), classic);
    }
    const { patients, record } = await importFrom(dir, { columns: join(dir, "columns.json"), name: "CLARO" });
    assertEquals(patients, ["claro-1"]);
    assertEquals(record.remarks, [{ patient: "CLARO-2", remark: "there is a CT of claro-2: write both alike" }]);
    const cohort = await openCohort(join(dir, "cohort"));
    assertEquals([cohort.name, cohort.patients[0]!.record.survivalDays], ["CLARO", 913.125]);
  }));

Deno.test("importCohort() imports LUNG1 as far as it is here", async () => {
  const folder = sharedData("lung1");
  if (!folder) return;
  await inFolder(async (dir) => {
    const { patients, record, excluded } = await importCohort({
      images: join(folder, "NSCLC-Radiomics"),
      clinical: join(folder, "NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv"),
      output: join(dir, "lung1"),
    });
    assertEquals(patients, ["LUNG1-001", "LUNG1-003"]);
    assertEquals(record.withoutImage.length, 413);
    assertEquals(excluded.map(({ patient }) => patient.slice(-3)).join(), "014,021,085,095,128,194,246");
    assertEquals(record.found.dicom, [{ modality: "CT", series: 2, images: 134 + 107 }]);
    const count = (column: string, value: string | null) =>
      record.oddStages.filter((odd) => odd.column.endsWith(column) && odd.value === value).length;
    assertEquals([count("T.Stage", "5"), count("N.Stage", "4"), count("M.Stage", "3")], [2, 3, 4]);
    assertEquals([count("T.Stage", null), count("Overall.Stage", null), record.oddStages.length], [1, 1, 11]);
    const cohort = await openCohort(join(dir, "lung1"));
    const { volume } = await readVolume(cohort.patients[1]!.image, { series: cohort.patients[1]!.series! });
    assertEquals([...volume.shape], [107, 512, 512]);
  });
});
