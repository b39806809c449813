import { join } from "node:path";
import { checkResources, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { type CohortManifest, parseCohortManifest, type PhantomOrigin } from "../cohort_manifest.ts";
import { formatClinical } from "../table/clinical.ts";
import { drawPatient } from "./draw_patient.ts";
import { formatPhantomRisk } from "./phantom_risk.ts";
import { type PhantomSpec, phantomSpecs } from "./phantoms.ts";
import { writePatients, type WritePatientsOptions } from "./write_patients.ts";

/** Options of {@linkcode ensurePhantom}. */
export interface EnsurePhantomOptions extends Pick<WritePatientsOptions, "workers"> {
  /** Number of patients, 1 to 999. Default 48. */
  readonly patients?: number;
  /** Seed of the cohort, a whole number. Default 42. */
  readonly seed?: number;
  /** Changes to the named recipe, such as `{ effect: 0 }` for a cohort without signal or a smaller `matrix`. */
  readonly overrides?: Partial<Omit<PhantomSpec, "name" | "version">>;
  /** Called once at the start, if there is work to do, and after each patient. */
  readonly onProgress?: (progress: { readonly done: number; readonly patients: number }) => void;
}

/** A phantom cohort that is on disk, and how much of it had to be made. */
export interface EnsuredPhantom {
  /** The cohort's folder. */
  readonly dir: string;
  /** Patients written by this call; 0 if the cohort was there. */
  readonly written: number;
}

/** Marks a folder whose cohort is being made, and says which. */
const IN_PROGRESS = ".phantom.json";

/** Bytes on disk of a patient's scan and truth, as a rule: 8 MB, and a little more with thin slices. */
const PATIENT_BYTES = 9e6;

/**
 * Makes a phantom cohort in `dir`, unless the same one is already there. Patients that an earlier, interrupted call
 * finished are kept; another phantom cohort is replaced. `cohort.json` is written last: a folder that has it is
 * complete.
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
  const spec: PhantomSpec = { ...recipe, ...overrides };
  const origin: PhantomOrigin = { spec: { ...spec }, seed, patients };

  const found = await findPhantom(dir);
  if (found.isComplete && isSame(found.origin, origin)) return { dir, written: 0 };
  await Deno.remove(join(dir, "cohort.json")).catch(ignoreNotFound);
  await writeAtomic(join(dir, IN_PROGRESS), JSON.stringify(origin));

  const people = Array.from({ length: patients }, (_, i) => drawPatient(spec, seed, i + 1));
  // Patients do not depend on how many there are: those of a smaller or larger cohort serve as well.
  const isReusable = found.origin !== undefined && isSame({ ...found.origin, patients }, origin);
  const ids = new Set(people.map(({ record }) => record.patient));
  const finished = await tidy(dir, isReusable ? ids : new Set());
  const numbers = people.filter(({ record }) => !finished.has(record.patient)).map(({ number }) => number);
  const needs = { disk: numbers.length * PATIENT_BYTES, memory: 0 };
  await checkResources(`Making ${numbers.length} patients of ${name}`, { folder: dir, needs });
  let done = patients - numbers.length;
  onProgress({ done, patients });
  const onPatient = () => onProgress({ done: ++done, patients });
  await writePatients(dir, { spec, seed, numbers }, { ...options, onPatient });

  await writeAtomic(join(dir, "clinical.csv"), formatClinical(people.map(({ record }) => record)));
  await writeAtomic(join(dir, "truth", "risk.csv"), formatPhantomRisk(people));
  const manifest: CohortManifest = {
    format: 1,
    name,
    source: `Synthetic: made by ctsurv from seed ${seed}. No patient's data went into it`,
    licence: "MIT",
    exclusions: [],
    phantom: origin,
  };
  await writeAtomic(join(dir, "cohort.json"), JSON.stringify(manifest, null, 2) + "\n");
  await Deno.remove(join(dir, IN_PROGRESS)).catch(ignoreNotFound);
  return { dir, written: numbers.length };
}

interface FoundPhantom {
  readonly isComplete: boolean;
  /** Undefined in an empty folder. */
  readonly origin: PhantomOrigin | undefined;
}

/** Which phantom cohort a folder holds, whole or begun. */
async function findPhantom(dir: string): Promise<FoundPhantom> {
  const path = join(dir, "cohort.json");
  const manifest = await readIfThere(path);
  if (manifest !== undefined) {
    const { phantom } = parseCohortManifest(manifest, path);
    if (phantom) return { isComplete: true, origin: phantom };
  } else {
    const begun = await readIfThere(join(dir, IN_PROGRESS));
    if (begun !== undefined) return { isComplete: false, origin: JSON.parse(begun) };
    if (await isEmpty(dir)) return { isComplete: false, origin: undefined };
  }
  throw new InputError(`${dir} is not empty and holds no phantom cohort; nothing was changed. Name another folder`);
}

/** Removes what does not belong to these patients or is unfinished; returns the patients that are finished. */
async function tidy(dir: string, wanted: ReadonlySet<string>): Promise<Set<string>> {
  await Deno.remove(join(dir, "clinical.csv")).catch(ignoreNotFound);
  const names = async (folder: string) => {
    try {
      return (await Array.fromAsync(Deno.readDir(join(dir, folder)))).map(({ name }) => name);
    } catch (error) {
      ignoreNotFound(error);
      return [];
    }
  };
  const patientOf = (name: string) => name.replace(/\.nii\.gz$/, "");
  const images = await names("images"), truths = await names("truth");
  const finished = new Set(
    truths.map(patientOf).filter((id) => wanted.has(id) && images.some((name) => patientOf(name) === id)),
  );
  for (const [folder, entries] of [["images", images], ["truth", truths]] as const) {
    for (const name of entries) {
      if (!finished.has(patientOf(name))) await Deno.remove(join(dir, folder, name), { recursive: true });
    }
  }
  return finished;
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

async function isEmpty(dir: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(dir)) return false;
  } catch (error) {
    ignoreNotFound(error);
  }
  return true;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
