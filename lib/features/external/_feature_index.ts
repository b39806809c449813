import { isAbsolute, join, sep } from "node:path";
import { InputError, mustExist } from "@ctsurv/base/mod.ts";
import { readCsv, refuseIfAny } from "@ctsurv/cohort/table/mod.ts";

/** A patient's file. */
export interface IndexedFile {
  readonly patient: string;
  /** As in the index. */
  readonly file: string;
  /** Where it is. */
  readonly path: string;
}

/**
 * Reads `index.csv`: one row a patient, with the columns `patient` and `file`. A file lies in the folder or below it, also
 * where a link leads elsewhere.
 *
 * @throws {InputError} With every row that is wrong: no name, the same patient or file twice, a file outside of the folder,
 *   of another kind, or missing.
 */
export async function readFeatureIndex(folder: string): Promise<readonly IndexedFile[]> {
  await mustExist(folder, "there is no such folder");
  const path = join(folder, "index.csv");
  await mustExist(path, "not found; it says which file is whose, with the columns patient,file");
  const { header, rows } = await readCsv(path);
  const [patientAt, fileAt] = ["patient", "file"].map((name) => {
    const at = header.indexOf(name);
    if (at === -1) throw new InputError(`${path} has no column "${name}": it needs patient,file`);
    return at;
  }) as [number, number];
  if (rows.length === 0) throw new InputError(`${path} has no patients`);
  const root = await Deno.realPath(folder);
  const seen = { patient: new Map<string, number>(), file: new Map<string, number>() };
  const problems: string[] = [];
  const files: IndexedFile[] = [];
  for (const { line, cells } of rows) {
    const [patient = "", file = ""] = [cells[patientAt], cells[fileAt]];
    const where = `row ${line}`;
    const problem = nameProblem(patient, file) ?? await placeProblem(root, file);
    if (problem !== undefined) problems.push(`${where}: ${problem}`);
    for (const [what, value] of [["patient", patient.normalize("NFC")], ["file", file]] as const) {
      const before = seen[what].get(value);
      if (before !== undefined && value !== "") {
        problems.push(`${where}: the ${what} ${value} stands in row ${before} too`);
      }
      seen[what].set(value, before ?? line);
    }
    files.push({ patient, file, path: join(folder, file) });
  }
  refuseIfAny(problems, path);
  return files;
}

/** What is wrong with the names, before anything is looked up. */
function nameProblem(patient: string, file: string): string | undefined {
  if (patient === "") return "no patient";
  if (file === "") return `no file for ${patient}`;
  if (isAbsolute(file) || /^[A-Za-z]:|\\|\0/.test(file) || file.split("/").includes("..")) {
    return `"${file}" of ${patient} is no path below the folder: write it with slashes, from the folder on`;
  }
  return /\.(npy|safetensors)$/.test(file)
    ? undefined
    : `"${file}" of ${patient} ends neither in .npy nor in .safetensors`;
}

async function placeProblem(root: string, file: string): Promise<string | undefined> {
  const real = await Deno.realPath(join(root, file)).catch(() => undefined);
  if (real === undefined) return `there is no file ${file}`;
  if (!real.startsWith(root + sep)) return `${file} is a link that leads out of the folder: copy the file`;
  return (await Deno.stat(real)).isFile ? undefined : `${file} is not a file`;
}
