import { InputError } from "@ctsurv/common/mod.ts";
import type { PhantomSpec } from "./phantom_spec.ts";
import type { PatientOrder, PatientReply } from "./worker.ts";
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
  const queue = [...numbers];
  const count = Math.min(workers, queue.length);
  if (count <= 1) {
    for (const number of queue) {
      await writePatient(dir, spec, seed, number);
      onPatient(number);
    }
    return;
  }
  const threads = Array.from(
    { length: count },
    () => new Worker(import.meta.resolve("./worker.ts"), { type: "module" }),
  );
  try {
    await Promise.all(threads.map(async (thread) => {
      for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
        await ask(thread, { dir, spec, seed, number });
        onPatient(number);
      }
    }));
  } finally {
    for (const thread of threads) thread.terminate();
  }
}

function ask(thread: Worker, order: PatientOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.onmessage = ({ data: { error, isInput } }: MessageEvent<PatientReply>) =>
      error === undefined
        ? resolve()
        : reject(isInput ? new InputError(error) : new Error(`Phantom patient ${order.number}: ${error}`));
    thread.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Phantom patient ${order.number}: ${event.message}`));
    };
    thread.postMessage(order);
  });
}
