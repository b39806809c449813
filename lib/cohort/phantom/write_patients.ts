import { join } from "node:path";
import { workerPool } from "@ctsurv/base/mod.ts";
import { type Affine, writeDicomSeries, writeNifti } from "@ctsurv/imaging/mod.ts";
import type { PatientOrder } from "./_worker.ts";
import { drawPatient, type PhantomPatient } from "./draw_patient.ts";
import type { PhantomSpec } from "./phantoms.ts";
import { renderPhantom } from "./render_phantom.ts";

/** Voxels on a grid: [slices, rows, columns], and (column, row, slice, 1) -> LPS mm. */
export interface Grid<T extends Int16Array | Uint8Array> {
  readonly data: T;
  readonly shape: readonly [slices: number, rows: number, columns: number];
  readonly affine: Affine;
}

/**
 * Stores a volume in "LPS" order in another order: the voxels stay at the same places in the patient, but some axes run
 * the other way.
 *
 * @param orientation The wanted order, such as "LAS": a side for columns (L or R), rows (P or A) and slices (S or I).
 */
export function reverseAxes<T extends Int16Array | Uint8Array>(grid: Grid<T>, orientation: string): Grid<T> {
  const { data, shape: [slices, rows, columns], affine } = grid;
  const isReversed = [...orientation].map((side, axis) => side !== "LPS"[axis]);
  const reversed = data.slice() as T;
  for (let slice = 0; slice < slices; slice++) {
    const toSlice = isReversed[2] ? slices - 1 - slice : slice;
    for (let row = 0; row < rows; row++) {
      const toRow = isReversed[1] ? rows - 1 - row : row;
      const from = (slice * rows + row) * columns;
      const line = data.subarray(from, from + columns);
      const to = (toSlice * rows + toRow) * columns;
      reversed.set(line, to);
      if (isReversed[0]) reversed.subarray(to, to + columns).reverse();
    }
  }
  const turned = [...affine] as number[];
  [columns, rows, slices].forEach((size, axis) => {
    if (!isReversed[axis]) return;
    for (const world of [0, 4, 8]) {
      turned[world + 3]! += (size - 1) * turned[world + axis]!;
      turned[world + axis]! *= -1;
    }
  });
  return { data: reversed, shape: grid.shape, affine: turned as unknown as Affine };
}

/** As dcm2niix writes, three times in six; the others are what registration and labelling tools leave behind. */
const ORIENTATIONS = ["LAS", "RAS", "LAS", "LAS", "LPS", "RAI"] as const;

/**
 * Renders a patient and writes image and truth into a cohort's folder. Each gets its name only when it is whole, the
 * truth last, so that a patient with a truth has a complete image.
 *
 * Patients 3, 6, 19, 22, … are DICOM series in the dialect of their scanner, so that six patients are enough to have
 * both of LUNG1's. All others are NIfTI files. Those from a Siemens are stored as dcm2niix does it, raised by 1024.
 */
export async function writePatient(dir: string, spec: PhantomSpec, seed: number, number: number): Promise<void> {
  const patient = drawPatient(spec, seed, number);
  const { hu, labels, shape, affine } = renderPhantom(spec, seed, patient);
  const id = patient.record.patient;
  const isDicom = number % 16 === 3 || number % 16 === 6;
  const orientation = isDicom ? "LPS" : ORIENTATIONS[number % ORIENTATIONS.length]!;
  if (isDicom) {
    await writeDicom(join(dir, "images", id), patient, { hu, shape, affine });
  } else {
    const intercept = patient.scanner.dialect === "siemens" ? -1024 : 0;
    const image = reverseAxes({ data: hu.map((value) => value - intercept), shape, affine }, orientation);
    await writeNifti(join(dir, "images", `${id}.nii.gz`), image, { intercept });
  }
  await writeNifti(join(dir, "truth", `${id}.nii.gz`), reverseAxes({ data: labels, shape, affine }, orientation));
}

async function writeDicom(
  folder: string,
  { record, scanner }: PhantomPatient,
  content: Parameters<typeof writeDicomSeries>[1],
): Promise<void> {
  const temporary = `${folder}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    await writeDicomSeries(temporary, content, {
      dialect: scanner.dialect,
      patientId: record.patient,
      sex: record.gender === "female" ? "F" : "M",
      description: "ctsurv phantom",
    });
    // What an interrupted run left.
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, folder);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Options of the rendering of patients. */
export interface WritePatientsOptions {
  /** Patients rendered at a time, each on a thread of its own; default the number of cores, at most 4 (100 MB each). */
  readonly workers?: number;
  /** Called after each patient, with the patient's number. */
  readonly onPatient?: (number: number) => void;
}

/** Writes these patients of a phantom cohort. The files do not depend on the number of workers. */
export async function writePatients(
  dir: string,
  { spec, seed, numbers }: { readonly spec: PhantomSpec; readonly seed: number; readonly numbers: readonly number[] },
  { workers = Math.min(4, navigator.hardwareConcurrency), onPatient = () => {} }: WritePatientsOptions = {},
): Promise<void> {
  if (Math.min(workers, numbers.length) <= 1) {
    for (const number of numbers) {
      await writePatient(dir, spec, seed, number);
      onPatient(number);
    }
    return;
  }
  const pool = workerPool<PatientOrder, void>(import.meta.resolve("./_worker.ts"), {
    threads: workers,
    describe: ({ number }) => `Phantom patient ${number}`,
  });
  try {
    await Promise.all(numbers.map(async (number) => {
      await pool.run({ dir, spec, seed, number });
      onPatient(number);
    }));
  } finally {
    pool.close();
  }
}
