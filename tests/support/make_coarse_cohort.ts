import { ensurePhantom, phantomLung1 } from "@ctsurv/cohort/mod.ts";

const [siemens, xio] = phantomLung1.scanners;

/** So coarse that a patient takes milliseconds. */
export const coarse = {
  matrix: 64,
  scanners: [{ ...siemens, sliceSpacing: 9 }, { ...xio!, sliceSpacing: 9 }] as const,
};

/** As a process of its own: makes a coarse cohort of DIR PATIENTS, and prints a line for each patient. */
if (import.meta.main) {
  const [dir, patients] = Deno.args as [string, string];
  await ensurePhantom("phantom-lung1", dir, {
    patients: Number(patients),
    overrides: coarse,
    workers: 1,
    onProgress: ({ done }) => console.log(done),
  });
}
