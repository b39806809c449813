import { workerPool } from "@ctsurv/common/mod.ts";
import type { PhantomSpec } from "./phantom_spec.ts";
import type { PatientOrder } from "./worker.ts";
import { writePatient } from "./write_patient.ts";

export interface WritePatientsOptions {
  /** Patients rendered at a time, each on a thread of its own; default the number of cores, at most 4 (100 MB each). */
  readonly workers?: number;
  /** Called after each patient. */
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
  const pool = workerPool<PatientOrder, void>(import.meta.resolve("./worker.ts"), {
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
