import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import {
  ensurePhantom,
  openCohort,
  openPhantomLaw,
  phantomLaws,
  readPhantomRisk,
  readPhantomTumours,
  readTumour,
} from "@ctsurv/cohort/mod.ts";
import { canonicalOrientation, readVolume } from "@ctsurv/imaging/mod.ts";
import { folderContents as contents } from "../../support/folder_contents.ts";
import { inFolder } from "../../support/in_folder.ts";
import { coarse as overrides } from "../../support/make_coarse_cohort.ts";

Deno.test("ensurePhantom() writes the same files whatever the number of workers and of patients", () =>
  inFolder(async (dir) => {
    const [one, two] = [join(dir, "one"), join(dir, "two")];
    await ensurePhantom("phantom-lung1", one, { patients: 6, workers: 1, overrides });
    await ensurePhantom("phantom-lung1", two, { patients: 7, workers: 2, overrides });
    const [a, b] = [await contents(one), await contents(two)];
    const images = Object.keys(a).filter((path) => !/\.(csv|json)$/.test(path));
    assert(images.length > 6 + 4);
    for (const path of images) assertEquals(b[path], a[path], path);
    assert("images/PHANTOM-007.nii.gz" in b);
  }));

Deno.test("ensurePhantom() makes a cohort of NIfTIs and both DICOM dialects, whose truth fits the images", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", dir, { patients: 8, overrides });
    const cohort = await openCohort(dir);
    assertEquals(cohort.name, "phantom-lung1");
    assertEquals(cohort.messages, []);
    assertEquals((await readPhantomRisk(dir)).map(({ patient }) => patient), cohort.patients.map(({ id }) => id));
    const seen = new Set<string>();
    for (const { id, image } of cohort.patients) {
      const { volume, source, warnings } = await readVolume(image);
      assertEquals(warnings, []);
      seen.add(source.kind === "nifti" ? volume.orientation : source.files[0]!.includes("/1-") ? "siemens" : "xio");
      const truth = (await readVolume(join(dir, "truth", `${id}.nii.gz`))).volume;
      assertEquals(truth.shape, volume.shape);
      volume.affine.forEach((value, i) => assert(Math.abs(value - truth.affine[i]!) < 1e-3, `${id}: other grid`));
      const { hu } = canonicalOrientation(volume), labels = canonicalOrientation(truth).hu;
      const lung = Array.from(hu).filter((_, i) => labels[i] === 1);
      assert(lung.filter((value) => value < -500).length > 0.8 * lung.length, `${id}: the mask is not on the lung`);
      // Heavy liver right, light stomach and fat left: the patient is not mirrored.
      assert(liverSide(canonicalOrientation(volume).hu, volume.shape) < 0, `${id}: mirrored`);
    }
    assertEquals([...seen].sort(), ["LAS", "LPS", "RAI", "RAS", "siemens", "xio"]);
  }));

/** Soft tissue of the lowest slices, left minus right of the middle. */
function liverSide(hu: ArrayLike<number>, [, rows, columns]: readonly [number, number, number]): number {
  let balance = 0;
  for (let i = 0; i < 3 * rows * columns; i++) {
    if (hu[i]! > 40 && hu[i]! < 130) balance += i % columns >= columns / 2 ? 1 : -1;
  }
  return balance;
}

Deno.test("ensurePhantom() leaves a cohort alone that is there", () =>
  inFolder(async (dir) => {
    const options = { patients: 2, overrides };
    assertEquals((await ensurePhantom("phantom-lung1", dir, options)).written, 2);
    const before = await contents(dir);
    assertEquals((await ensurePhantom("phantom-lung1", dir, options)).written, 0);
    assertEquals(await contents(dir), before);
  }));

Deno.test("ensurePhantom() makes again what was removed from a complete cohort", () =>
  inFolder(async (dir) => {
    const options = { patients: 6, overrides };
    await ensurePhantom("phantom-lung1", dir, options);
    const before = await contents(dir);
    for (const lost of ["images/PHANTOM-001.nii.gz", "images/PHANTOM-003", "truth/PHANTOM-002.nii.gz"]) {
      await Deno.remove(join(dir, lost), { recursive: true });
      assertEquals((await ensurePhantom("phantom-lung1", dir, options)).written, 1, lost);
      assertEquals(await contents(dir), before);
    }
    const tables = ["clinical.csv", "truth/risk.csv", "truth/tumours.csv"];
    for (const table of [...tables, ...tables.map((table) => `laws/size/${table}`), "laws/null/cohort.json"]) {
      await Deno.remove(join(dir, table));
      assertEquals((await ensurePhantom("phantom-lung1", dir, options)).written, 0, table);
      assertEquals(await contents(dir), before);
    }
  }));

Deno.test("ensurePhantom() does not call a cohort complete from which files disappear while it is made", () =>
  inFolder(async (dir) => {
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === 2) Deno.removeSync(join(dir, "images", "PHANTOM-001.nii.gz"));
    };
    await assertRejects(
      () => ensurePhantom("phantom-lung1", dir, { patients: 2, workers: 1, overrides, onProgress }),
      InputError,
      "the files of PHANTOM-001 disappeared",
    );
    await assertRejects(() => openCohort(dir), InputError, "unfinished");
    assertEquals((await ensurePhantom("phantom-lung1", dir, { patients: 2, overrides })).written, 1);
    assertEquals(Object.keys(await contents(dir)).filter((path) => path.startsWith(".")), []);
  }));

Deno.test("ensurePhantom() twice at once in one process: one makes the cohort, the other waits for it", () =>
  inFolder(async (dir) => {
    const options = { patients: 4, workers: 1, overrides };
    const made = await Promise.all([1, 2, 3].map(() => ensurePhantom("phantom-lung1", dir, options)));
    assertEquals(made.map(({ written }) => written).sort(), [0, 0, 4]);
    assertEquals((await openCohort(dir)).patients.length, 4);
  }));

Deno.test("ensurePhantom() goes on after an interruption", () =>
  inFolder(async (dir) => {
    const [whole, halted] = [join(dir, "whole"), join(dir, "halted")];
    const options = { patients: 5, workers: 1, overrides };
    await ensurePhantom("phantom-lung1", whole, options);
    const stop = ({ done }: { readonly done: number }) => {
      if (done === 3) throw new Error("pulled the plug");
    };
    await assertRejects(() => ensurePhantom("phantom-lung1", halted, { ...options, onProgress: stop }), Error, "plug");
    // What was being written when the plug was pulled: an image without its truth, and half a file.
    await Deno.writeTextFile(join(halted, "images", "PHANTOM-004.nii.gz"), "half");
    await Deno.writeTextFile(join(halted, "images", "PHANTOM-005.nii.gz.1234.partial"), "half");
    await assertRejects(() => openCohort(halted), InputError, "unfinished");
    assertEquals((await ensurePhantom("phantom-lung1", halted, options)).written, 2);
    assertEquals(await contents(halted), await contents(whole));
  }));

Deno.test("ensurePhantom() replaces another phantom cohort, and keeps the patients of one that differs in size", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", dir, { patients: 3, overrides });
    const before = await contents(dir);
    const larger = await ensurePhantom("phantom-lung1", dir, { patients: 4, overrides });
    assertEquals([larger.written, larger.replaced], [1, undefined]);
    assertEquals((await ensurePhantom("phantom-lung1", dir, { patients: 3, overrides })).written, 0);
    assertEquals(await contents(dir), before);
    const { written, replaced } = await ensurePhantom("phantom-lung1", dir, { patients: 3, seed: 7, overrides });
    assertEquals([written, replaced], [3, "phantom-lung1 (version 3 of its recipe, seed 42, patients 3)"]);
    const after = await contents(dir);
    assertEquals(Object.keys(after).length > 5, true);
    assertNotEquals(after["images/PHANTOM-001.nii.gz"], before["images/PHANTOM-001.nii.gz"]);
  }));

Deno.test("ensurePhantom() gives every law one set of scans, NIfTI and DICOM, and a table of its own", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", dir, { patients: 6, overrides });
    const whole = await openCohort(dir);
    const cohorts = await Promise.all(phantomLaws.map((law) => openPhantomLaw(whole, law)));
    assertEquals(cohorts.map(({ name }) => name), ["phantom-lung1", "phantom-lung1-size", "phantom-lung1-null"]);
    assertEquals(cohorts.map(({ dir: folder }) => folder), [dir, join(dir, "laws/size"), join(dir, "laws/null")]);
    assertEquals(new Set(cohorts.map(({ hash }) => hash)).size, 3);
    for (const cohort of cohorts) {
      assertEquals(cohort.messages, []);
      assertEquals(cohort.patients.map(({ id }) => id), whole.patients.map(({ id }) => id));
      assertEquals(await imageHashes(cohort), await imageHashes(whole));
      assertEquals(await readPhantomTumours(cohort.dir), await readPhantomTumours(dir));
      for (const [i, patient] of cohort.patients.entries()) {
        assertEquals(await readTumour(cohort, patient), await readTumour(whole, whole.patients[i]!));
        // Only survival differs.
        const { survivalDays: _, dead: __, ...rest } = patient.record;
        const { survivalDays: ___, dead: ____, ...expected } = whole.patients[i]!.record;
        assertEquals(rest, expected);
      }
      // From any law to any other.
      for (const [i, law] of phantomLaws.entries()) {
        assertEquals((await openPhantomLaw(cohort, law)).hash, cohorts[i]!.hash);
      }
    }
    const predictors = await Promise.all(
      cohorts.map(async ({ dir }) => (await readPhantomRisk(dir)).map(({ linearPredictor }) => linearPredictor)),
    );
    const tumours = await readPhantomTumours(dir);
    assertEquals(predictors[0], tumours.map(({ deviations }) => deviations.density));
    assertEquals(predictors[1], tumours.map(({ deviations }) => deviations.volume));
    assertEquals(predictors[2], tumours.map(() => 0));
    const survival = cohorts.map(({ patients }) => patients.map(({ record }) => record.survivalDays));
    assertEquals(new Set(survival.map((days) => days.join())).size, 3);
  }));

/** SHA-256 of every file of every image, by patient. */
async function imageHashes({ patients }: Awaited<ReturnType<typeof openCohort>>) {
  return await Promise.all(patients.map(async ({ id, image }) => {
    const files = image.endsWith(".gz") ? { "": sha256(await Deno.readFile(image)) } : await contents(image);
    assert(Object.keys(files).length > 0, image);
    return [id, files];
  }));
}

Deno.test("ensurePhantom() makes a cohort without laws anew, as an older version made it, and says so", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", dir, { patients: 2, overrides });
    const after = await contents(dir);
    // What ctsurv 0.1.0 left: its version, no law, and other images.
    const manifest = JSON.parse(await Deno.readTextFile(join(dir, "cohort.json")));
    delete manifest.phantom.spec.law;
    manifest.phantom.spec.version = 2;
    await Deno.writeTextFile(join(dir, "cohort.json"), JSON.stringify(manifest));
    await Deno.remove(join(dir, "laws"), { recursive: true });
    await Deno.remove(join(dir, "truth", "tumours.csv"));
    await Deno.writeTextFile(join(dir, "images", "PHANTOM-001.nii.gz"), "of version 2");
    const old = await openCohort(dir);
    await assertRejects(() => openPhantomLaw(old, "size"), InputError, "made before there were laws");
    await assertRejects(() => readPhantomTumours(dir), InputError, "what their tumours are like");
    const { written, replaced } = await ensurePhantom("phantom-lung1", dir, { patients: 2, overrides });
    assertEquals([written, replaced], [2, "phantom-lung1 (version 2 of its recipe, seed 42, patients 2)"]);
    assertEquals(await contents(dir), after);
  }));

Deno.test("ensurePhantom() does not make a cohort in place of another law's tables", () =>
  inFolder(async (dir) => {
    await ensurePhantom("phantom-lung1", dir, { patients: 1, overrides });
    const before = await contents(dir);
    await assertRejects(
      () => ensurePhantom("phantom-lung1", join(dir, "laws", "size"), { patients: 1, overrides }),
      InputError,
      "holds another law of the phantom cohort in",
    );
    assertEquals(await contents(dir), before);
  }));

Deno.test("openPhantomLaw() refuses a cohort that is no phantom", async () => {
  const cohort = { name: "LUNG1", dir: "lung1", manifest: {} } as unknown as Awaited<ReturnType<typeof openCohort>>;
  await assertRejects(() => openPhantomLaw(cohort, "null"), InputError, "LUNG1 (lung1) is no phantom cohort");
});

Deno.test("ensurePhantom() refuses a folder with anything else in it, and touches nothing", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "thesis.txt"), "precious");
    await assertRejects(
      () => ensurePhantom("phantom-lung1", dir, { patients: 1 }),
      InputError,
      "holds no phantom cohort",
    );
    const real = { format: 1, name: "LUNG1", source: "TCIA", licence: "CC BY-NC 3.0", exclusions: [] };
    await Deno.writeTextFile(join(dir, "cohort.json"), JSON.stringify(real));
    await assertRejects(
      () => ensurePhantom("phantom-lung1", dir, { patients: 1 }),
      InputError,
      "holds no phantom cohort",
    );
    assertEquals(Object.keys(await contents(dir)).sort(), ["cohort.json", "thesis.txt"]);
  }));

Deno.test("ensurePhantom() names the phantom cohorts there are, and refuses odd numbers", () =>
  inFolder(async (dir) => {
    await assertRejects(() => ensurePhantom("phantom", dir), InputError, "phantom-lung1, phantom-claro");
    await assertRejects(() => ensurePhantom("phantom-lung1", dir, { patients: 0 }), InputError, "1 to 999 patients");
    await assertRejects(() => ensurePhantom("phantom-lung1", dir, { seed: 0.5 }), InputError, "whole number");
  }));

Deno.test("ensurePhantom() reports a patient that cannot be rendered, from a worker too", () =>
  inFolder(async (dir) => {
    for (const workers of [1, 2]) {
      const impossible = { patients: 2, workers, overrides: { ...overrides, medianRadius: NaN, matrix: 0 } };
      await assertRejects(() => ensurePhantom("phantom-lung1", join(dir, `${workers}`), impossible), Error);
    }
  }));
