import { join } from "node:path";
import { checkResources, fileExists, ignoreNotFound, InputError, withFileLock, writeAtomic } from "@ctsurv/base/mod.ts";
import { parseCohortManifest, type PhantomOrigin } from "../cohort_manifest.ts";
import { phantomManifest, tablePaths, type WantedPhantom, writeTables } from "./_write_tables.ts";
import { drawPatient } from "./draw_patient.ts";
import { type PhantomSpec, phantomSpecs } from "./phantoms.ts";
import { writePatients, type WritePatientsOptions } from "./write_patients.ts";

/** Options of {@linkcode ensurePhantom}. */
export interface EnsurePhantomOptions extends Pick<WritePatientsOptions, "workers"> {
  /** Number of patients, 1 to 999. Default 48. */
  readonly patients?: number;
  /** Seed of the cohort, a whole number. Default 42. */
  readonly seed?: number;
  /** Changes to the named recipe, such as `{ effect: 0 }` for a cohort without signal or a smaller `matrix`. */
  readonly overrides?: Partial<Omit<PhantomSpec, "name" | "version" | "law">>;
  /** Called once at the start, if there is work to do, and after each patient. */
  readonly onProgress?: (progress: { readonly done: number; readonly patients: number }) => void;
}

/** A phantom cohort that is on disk, and how much of it had to be made. */
export interface EnsuredPhantom {
  /** The cohort's folder. */
  readonly dir: string;
  /** Patients written by this call; 0 if the cohort was there. */
  readonly written: number;
  /** Another phantom cohort that was in the folder and is gone, such as "phantom-lung1 (version 2 of the recipe, seed 42)". */
  readonly replaced?: string;
}

/** Marks a folder whose cohort is being made, and says which. */
const IN_PROGRESS = ".phantom.json";
/** Locked by the process that makes the cohort. */
const LOCK = ".phantom.lock";

/** Bytes on disk of a patient's scan and truth, as a rule: 8 MB, and a little more with thin slices. */
const PATIENT_BYTES = 9e6;

/**
 * Makes a phantom cohort in `dir`, unless the same one is already there. Patients that an earlier, interrupted call
 * finished are kept, and those whose files are gone are made again. Another phantom cohort is replaced, also one of
 * another version of the recipe, and `replaced` names it: nothing of it is mixed with the new one. `cohort.json` is written
 * last: a folder that has it is complete. If two processes are to make the same cohort, one makes it and the other waits.
 *
 * The folder is the cohort under its recipe's law, `tissue`. `laws/size` and `laws/null` in it are the same patients and
 * scans under the other laws, see `openPhantomLaw`: each is a cohort's folder too.
 *
 * @param name `phantom-lung1` or `phantom-claro`.
 * @throws {InputError} If there is no such phantom cohort, the number of patients or the seed is not a whole number,
 *   the folder holds anything other than a phantom cohort, or the disk is too full.
 */
export async function ensurePhantom(
  name: string,
  dir: string,
  { patients = 48, seed = 42, overrides = {}, onProgress = () => {}, ...options }: EnsurePhantomOptions = {},
): Promise<EnsuredPhantom> {
  const recipe = (phantomSpecs as Readonly<Record<string, PhantomSpec | undefined>>)[name];
  if (!recipe) {
    throw new InputError(`Unknown phantom cohort "${name}": choose one of ${Object.keys(phantomSpecs).join(", ")}`);
  }
  if (!(Number.isInteger(patients) && patients > 0 && patients < 1000)) {
    throw new InputError(`A phantom cohort has 1 to 999 patients, not ${patients}`);
  }
  if (!Number.isSafeInteger(seed)) throw new InputError(`A seed is a whole number, not ${seed}`);
  const wanted: WantedPhantom = { name, spec: { ...recipe, ...overrides }, seed, patients };
  const ids = Array.from({ length: patients }, (_, i) => drawPatient(wanted.spec, seed, i + 1).record.patient);

  if (await isComplete(dir, wanted, ids)) return { dir, written: 0 };
  const make = async () => {
    // Another process may have made it in the meantime.
    if (await isComplete(dir, wanted, ids)) return { dir, written: 0 };
    const { numbers, replaced } = await prepareFolder(dir, wanted, ids);
    const needs = { disk: numbers.length * PATIENT_BYTES, memory: 0 };
    await checkResources(`Making ${numbers.length} patients of ${name}`, { folder: dir, needs });
    let done = patients - numbers.length;
    onProgress({ done, patients });
    const onPatient = () => onProgress({ done: ++done, patients });
    await writePatients(dir, { spec: wanted.spec, seed, numbers }, { ...options, onPatient });
    await completeFolder(dir, wanted, ids);
    return { dir, written: numbers.length, ...replaced !== undefined && { replaced } };
  };
  const onWait = async () => onProgress({ done: (await finishedPatients(dir, ids)).size, patients });
  return await withFileLock(join(dir, LOCK), make, { onWait });
}

function originOf(wanted: WantedPhantom): PhantomOrigin {
  return phantomManifest(wanted).phantom!;
}

/** Whether a folder holds this cohort, with the files of every patient. Throws for a folder that is not a phantom's. */
async function isComplete(dir: string, wanted: WantedPhantom, ids: readonly string[]): Promise<boolean> {
  const found = await findPhantom(dir);
  if (!found?.isComplete || !isSame(found.origin, originOf(wanted))) return false;
  const tables = tablePaths(wanted).map((path) => readIfThere(join(dir, path)));
  if ((await Promise.all(tables)).includes(undefined)) return false;
  return (await finishedPatients(dir, ids)).size === ids.length;
}

/**
 * Takes from a folder what does not belong to the cohort or is unfinished; returns the numbers of the patients to make,
 * and which other cohort was there.
 */
async function prepareFolder(dir: string, wanted: WantedPhantom, ids: readonly string[]) {
  const found = await phantomIn(dir);
  if (!found) throw foreignFolder(dir);
  if (found.origin?.scans !== undefined) {
    throw new InputError(
      `${dir} holds another law of the phantom cohort in ${join(dir, found.origin.scans)}; nothing was changed. ` +
        "Name another folder",
    );
  }
  const origin = originOf(wanted);
  // In this order: the folder can be told for a phantom cohort's at any time.
  await writeAtomic(join(dir, IN_PROGRESS), JSON.stringify(origin));
  await Deno.remove(join(dir, "cohort.json")).catch(ignoreNotFound);
  // Patients do not depend on how many there are: those of a smaller or larger cohort serve as well.
  const { patients } = origin;
  const isReusable = found.origin !== undefined && isSame({ ...found.origin, patients }, origin);
  const replaced = found.origin === undefined || isReusable ? undefined : describeOrigin(found.origin);
  const finished = await tidy(dir, isReusable ? ids : []);
  return { numbers: ids.flatMap((id, i) => finished.has(id) ? [] : [i + 1]), replaced };
}

function describeOrigin({ spec, seed, patients }: PhantomOrigin): string {
  return `${spec.name} (version ${spec.version} of its recipe, seed ${seed}, patients ${patients})`;
}

/** Writes the tables, and `cohort.json` last of all, once the files of every patient are there. */
async function completeFolder(dir: string, wanted: WantedPhantom, ids: readonly string[]): Promise<void> {
  await writeTables(dir, wanted);
  const finished = await finishedPatients(dir, ids);
  const lost = ids.find((id) => !finished.has(id));
  if (lost !== undefined) {
    throw new InputError(
      `${dir}: the files of ${lost} disappeared while the cohort was made. Another program removes files ` +
        "there; stop it and start again, or name another folder",
    );
  }
  await writeAtomic(join(dir, "cohort.json"), JSON.stringify(phantomManifest(wanted), null, 2) + "\n");
  await Deno.remove(join(dir, IN_PROGRESS)).catch(ignoreNotFound);
}

interface FoundPhantom {
  readonly isComplete: boolean;
  /** Undefined in an empty folder. */
  readonly origin: PhantomOrigin | undefined;
}

/** Which phantom cohort a folder holds, whole or begun; undefined if the folder holds something else. */
async function phantomIn(dir: string): Promise<FoundPhantom | undefined> {
  const path = join(dir, "cohort.json");
  const manifest = await readIfThere(path);
  if (manifest !== undefined) {
    const { phantom } = parseCohortManifest(manifest, path);
    return phantom && { isComplete: true, origin: phantom };
  }
  const begun = await readIfThere(join(dir, IN_PROGRESS));
  if (begun !== undefined) return { isComplete: false, origin: JSON.parse(begun) };
  const isEmpty = (await namesIn(dir)).every((name) => name.startsWith(".phantom."));
  return isEmpty ? { isComplete: false, origin: undefined } : undefined;
}

/** The same without the lock; undefined if a process with the lock is changing the folder. Throws for a foreign folder. */
async function findPhantom(dir: string): Promise<FoundPhantom | undefined> {
  const found = await phantomIn(dir);
  if (found || await fileExists(join(dir, LOCK))) return found;
  // A process that had the lock may have finished between two looks.
  const again = await phantomIn(dir);
  if (!again) throw foreignFolder(dir);
  return again;
}

function foreignFolder(dir: string): InputError {
  return new InputError(`${dir} is not empty and holds no phantom cohort; nothing was changed. Name another folder`);
}

const patientOf = (name: string) => name.replace(/\.nii\.gz$/, "");

/** Those of these patients who have an image and a truth. Both are written under their names only when they are whole. */
async function finishedPatients(dir: string, ids: readonly string[]): Promise<Set<string>> {
  const wanted = new Set(ids);
  const images = new Set((await namesIn(join(dir, "images"))).map(patientOf));
  return new Set((await namesIn(join(dir, "truth"))).map(patientOf).filter((id) => wanted.has(id) && images.has(id)));
}

/** Removes what does not belong to these patients or is unfinished; returns the patients that are finished. */
async function tidy(dir: string, ids: readonly string[]): Promise<Set<string>> {
  for (const tables of ["clinical.csv", "laws"]) {
    await Deno.remove(join(dir, tables), { recursive: true }).catch(ignoreNotFound);
  }
  const finished = await finishedPatients(dir, ids);
  for (const folder of ["images", "truth"]) {
    for (const name of await namesIn(join(dir, folder))) {
      if (finished.has(patientOf(name))) continue;
      await Deno.remove(join(dir, folder, name), { recursive: true }).catch(ignoreNotFound);
    }
  }
  return finished;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    ignoreNotFound(error);
    return [];
  }
}

function isSame(a: PhantomOrigin | undefined, b: PhantomOrigin): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    ignoreNotFound(error);
    return undefined;
  }
}
