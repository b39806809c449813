import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const manifest = {
  format: 1,
  name: "Ours",
  source: "our hospital",
  licence: "none",
  exclusions: [{ patient: "C", reason: "no contrast" }],
};
const clinical = ["PatientID,Survival.time,deadstatus.event", "B,10,1", "A,800,0", "C,30,1", "D,40,1"].join("\n");

/** A cohort of a NIfTI (A), a folder of DICOM (B), one excluded (C), one without image (D), one without row (E). */
const whole: Readonly<Record<string, string>> = {
  "cohort.json": JSON.stringify(manifest),
  "clinical.csv": clinical,
  "images/A.nii.gz": "",
  "images/B/1.2.3/1-1.dcm": "",
  "images/C.nii": "",
  "images/E.nii": "",
  "images/notes.txt": "not an image",
};

/** Opens a cohort of these files. */
async function open(files: Readonly<Record<string, string>>) {
  return await inFolder(async (dir) => {
    for (const [path, text] of Object.entries(files)) await writeAtomic(join(dir, path), text);
    return { dir, cohort: await openCohort(dir) };
  });
}

function without(path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !name.startsWith(path)));
}

async function refused(files: Readonly<Record<string, string>>, ...parts: string[]): Promise<void> {
  const { message } = await assertRejects(() => open(files), InputError);
  for (const part of parts) assertStringIncludes(message, part);
}

Deno.test("openCohort() joins images and clinical rows in the order of the table", async () => {
  const { dir, cohort } = await open(whole);
  assertEquals(cohort.name, "Ours");
  assertEquals(
    cohort.patients.map(({ id, image, record }) => [id, image, record.survivalDays]),
    [["B", join(dir, "images", "B"), 10], ["A", join(dir, "images", "A.nii.gz"), 800]],
  );
});

Deno.test("openCohort() tells who is left out and why", async () => {
  const { cohort } = await open(whole);
  assertEquals(cohort.excluded, manifest.exclusions);
  assertEquals(cohort.messages.length, 2);
  assertStringIncludes(cohort.messages[0]!, "without an image");
  assert(cohort.messages[0]!.endsWith(": D"));
  assertStringIncludes(cohort.messages[1]!, "without a row");
  assert(cohort.messages[1]!.endsWith(": E"));
});

Deno.test("openCohort() hashes the tables and the names of the images, wherever the cohort lies", async () => {
  const hash = async (files: Readonly<Record<string, string>>) => (await open(files)).cohort.hash;
  assertEquals(await hash(whole), await hash(whole));
  assertNotEquals(await hash(whole), await hash({ ...whole, "clinical.csv": clinical.replace("800", "801") }));
  assertNotEquals(await hash(whole), await hash({ ...whole, "images/D.nii": "" }));
  assertNotEquals(
    await hash(whole),
    await hash({ ...whole, "cohort.json": JSON.stringify({ ...manifest, name: "X" }) }),
  );
});

Deno.test("openCohort() says what is missing", async () => {
  await assertRejects(() => openCohort("/nowhere/at/all"), InputError, "/nowhere/at/all: there is no such folder");
  await refused(without("cohort.json"), "cohort.json", "not found");
  await refused(without("clinical.csv"), "clinical.csv", "not found");
  await refused(without("images"), "images", "not found");
});

Deno.test("openCohort() refuses a cohort without patients, saying who lacks what", async () => {
  const files = { ...without("images"), "images/E.nii": "" };
  await refused(files, "no patient has both", "without an image", "without a row");
});

Deno.test("openCohort() refuses a patient with several images", async () => {
  await refused({ ...whole, "images/A/1.dcm": "" }, "A has several images", "A.nii.gz");
});

Deno.test("openCohort() names the fields of cohort.json that are wrong", async () => {
  const json = (value: unknown) => ({ ...whole, "cohort.json": JSON.stringify(value) });
  await refused({ ...whole, "cohort.json": "{" }, "cohort.json is not JSON");
  await refused(json({ ...manifest, format: 2 }), "cohort.json", "format");
  await refused(json({ ...manifest, exclusions: [{ patient: "C" }] }), "exclusions.0.reason");
  await refused(json({ ...manifest, licence: undefined }), "licence");
  await refused(json({ ...manifest, exclusion: [] }), "exclusion");
});
