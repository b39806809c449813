import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Cohort, openCohort } from "../cohort.ts";
import { lawFolder, type PhantomLaw, phantomLaws } from "./phantom_law.ts";

/**
 * The same scans under another law: the phantom cohort whose patients have the tumours of this one, and survival that
 * depends on them as the law says. Slices and features of one are those of the other, because their scans are the same
 * files.
 *
 * @param cohort A phantom cohort, under whichever law.
 * @throws {InputError} If it is no phantom cohort, or one that was made before there were laws.
 *
 * @example
 * ```ts
 * import { ensurePhantom, openCohort, openPhantomLaw } from "@ctsurv/ctsurv/cohort";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await ensurePhantom("phantom-lung1", dir, { patients: 1, overrides: { matrix: 32 } });
 * const tissue = await openCohort(dir);
 * const control = await openPhantomLaw(tissue, "null");
 * assertEquals(control.name, "phantom-lung1-null");
 * assertEquals(control.patients.map(({ image }) => image), tissue.patients.map(({ image }) => image));
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function openPhantomLaw(cohort: Cohort, law: PhantomLaw): Promise<Cohort> {
  const { name, dir, manifest: { phantom } } = cohort;
  if (!phantom) {
    throw new InputError(
      `${name} (${dir}) is no phantom cohort: nobody chooses what its patients' survival depends on`,
    );
  }
  const current = phantomLaws.find((known) => known === phantom.spec.law);
  if (!current) {
    throw new InputError(
      `${dir}: this phantom cohort was made before there were laws. Make it again: deno task ctsurv phantom --help`,
    );
  }
  if (law === current) return cohort;
  const whole = phantom.scans === undefined ? cohort : await openCohort(join(dir, phantom.scans));
  return whole.manifest.phantom?.spec.law === law ? whole : await openCohort(join(whole.dir, lawFolder(law)));
}
