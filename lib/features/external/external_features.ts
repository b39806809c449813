import { InputError, type Progress, sha256, sha256File } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import type { MonthRule } from "@ctsurv/survival/mod.ts";
import { followUp, NoUsablePatients, type SkippedPatient } from "../extract_features.ts";
import type { TrainingPatient } from "../patient.ts";
import { type FeatureArray, readFeatureArray } from "./_feature_array.ts";
import { type IndexedFile, readFeatureIndex } from "./_feature_index.ts";
import { type FeatureFacts, readFeatureFacts } from "./feature_facts.ts";

/** Features of a cohort that another program made. */
export interface ExternalFeatures extends FeatureFacts {
  /** The patients of the cohort who have features, in the order of the cohort. */
  readonly patients: readonly TrainingPatient[];
  /** The patients of the cohort who have none. */
  readonly skipped: readonly SkippedPatient[];
  /** Features of a slice, or of a patient. */
  readonly width: number;
  /** Whether patients have a row for each slice; else one vector. */
  readonly isPerSlice: boolean;
  /** SHA-256 of the index's patients, the content of their files, and the order of slices. */
  readonly hash: string;
  /** How many patients of the index are not in the cohort. */
  readonly others: number;
}

/** Options of {@linkcode readExternalFeatures}. */
export interface ExternalFeaturesOptions {
  /** How days become months. @default {"average"} */
  readonly months?: MonthRule;
  /** Is told after each file. */
  readonly progress?: Progress;
}

/**
 * Reads a folder of features that another program made, such as RadImageNet or a foundation model of CT: `index.csv` with
 * the columns patient and file, one `.npy` or safetensors file a patient, and perhaps `features.json`. Every file of the
 * index is read and checked, also those of patients outside of the cohort.
 *
 * @example
 * ```ts
 * import { readExternalFeatures } from "@ctsurv/ctsurv/features";
 * import { writeNpy } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await writeNpy(`${folder}/a.npy`, { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
 * await Deno.writeTextFile(`${folder}/index.csv`, "patient,file\nA,a.npy\n");
 * await Deno.writeTextFile(`${folder}/features.json`, `{"name": "Three numbers", "slices": "head-to-feet"}`);
 *
 * const unknown = { age: null, tStage: null, nStage: null, mStage: null, overallStage: null, histology: null };
 * const cohort = ["A", "B"].map((id) => ({
 *   id,
 *   record: { ...unknown, patient: id, gender: null, survivalDays: 300, dead: true },
 * }));
 * const { patients, skipped, width } = await readExternalFeatures(folder, cohort);
 * assertEquals([...patients[0]!.features], [4, 5, 6, 1, 2, 3]); // from feet to head
 * assertEquals([width, skipped.map(({ patient }) => patient)], [3, ["B"]]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @param cohort The patients who are wanted.
 * @throws {InputError} If a file is missing, damaged or not what the others are, the index is wrong, or no patient of the
 *   cohort has features.
 */
export async function readExternalFeatures(
  folder: string,
  cohort: readonly { readonly id: string; readonly record: ClinicalRecord }[],
  { months, progress }: ExternalFeaturesOptions = {},
): Promise<ExternalFeatures> {
  const files = await readFeatureIndex(folder);
  const facts = await readFeatureFacts(folder);
  const alike = (id: string) => id.normalize("NFC");
  const wanted = new Set(cohort.map(({ id }) => alike(id)));
  const found = new Map<string, FeatureArray>();
  const hashes: (readonly [patient: string, file: string])[] = [];
  let first: { readonly array: FeatureArray; readonly path: string } | undefined;
  progress?.start(`${facts.name}: features of patients`, files.length);
  for (const { patient, path } of files) {
    const array = await readFeatureArray(path);
    first ??= { array, path };
    refuseOther(array, path, first);
    hashes.push([alike(patient), await sha256File(path)]);
    if (wanted.has(alike(patient))) found.set(alike(patient), array);
    progress?.tick();
  }
  progress?.done(`${facts.name}: features of ${found.size} of ${cohort.length} patients`);
  const skipped = cohort.filter(({ id }) => !found.has(alike(id))).map(({ id }) => ({
    patient: id,
    reason: "no features: the index does not name this patient",
  }));
  if (found.size === 0) throw noneInCommon(folder, files, cohort.map(({ id }) => id), skipped);
  const patients = cohort.flatMap(({ id, record }): TrainingPatient[] => {
    const array = found.get(alike(id));
    if (!array) return [];
    const { slices } = array;
    const features = facts.slices === "head-to-feet" ? reversed(array) : array.features;
    return [{ id, features, slices, followUp: followUp(record, { ...months && { months } }) }];
  });
  const sorted = hashes.toSorted(([a], [b]) => a < b ? -1 : 1);
  return {
    ...facts,
    patients,
    skipped,
    width: first!.array.width,
    isPerSlice: first!.array.isPerSlice,
    hash: sha256(JSON.stringify([sorted, facts.slices])),
    others: files.length - found.size,
  };
}

function refuseOther(
  { width, isPerSlice }: FeatureArray,
  path: string,
  { array, path: before }: { readonly array: FeatureArray; readonly path: string },
): void {
  if (width !== array.width) {
    throw new InputError(`${path} has ${width} features, but ${before} has ${array.width}: all patients need as many`);
  }
  if (isPerSlice === array.isPerSlice) return;
  const [rows, vector] = isPerSlice ? [path, before] : [before, path];
  throw new InputError(`${rows} has a row for each slice, but ${vector} has one vector: all patients need the same`);
}

function reversed({ features, slices, width }: FeatureArray): Float32Array {
  const turned = new Float32Array(features.length);
  for (let slice = 0; slice < slices; slice++) {
    turned.set(features.subarray(slice * width, (slice + 1) * width), (slices - 1 - slice) * width);
  }
  return turned;
}

/** Names that differ in form are the usual reason: the first of each says which. */
function noneInCommon(
  folder: string,
  files: readonly IndexedFile[],
  ids: readonly string[],
  skipped: readonly SkippedPatient[],
): InputError {
  if (ids.length === 0) return new NoUsablePatients(skipped);
  return new InputError(
    `${folder}: none of its ${files.length} patients is in the cohort. The first there is ${
      files[0]!.patient
    }, the first ` +
      `in the cohort ${ids[0]}: write the names of the cohort's PatientID into index.csv`,
  );
}
