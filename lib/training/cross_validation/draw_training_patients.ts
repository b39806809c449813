import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";

/** Options of {@linkcode drawTrainingPatients}. */
export interface DrawTrainingPatientsOptions {
  /** How many to draw; all where there are no more. */
  readonly count: number;
  /** Seed of the draw. */
  readonly seed: number;
  /** The fold whose training patients these are, from 1: each fold draws its own. */
  readonly fold: number;
}

/**
 * Draws some of a fold's training patients, to see how a model does with fewer. Deaths and survivors keep their shares,
 * and one death at least is drawn. A smaller draw is a part of a larger one with the same seed and fold, as far as the
 * shares allow.
 *
 * @example
 * ```ts
 * import type { LabelledPatient } from "@ctsurv/ctsurv/features";
 * import { drawTrainingPatients } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = Array.from({ length: 12 }, (_, i): LabelledPatient => ({
 *   id: `P${i}`,
 *   followUp: { months: i + 1, event: i < 8 ? 1 : 0 },
 * }));
 * const drawn = drawTrainingPatients(patients, { count: 6, seed: 42, fold: 1 });
 * assertEquals(drawn.map(({ followUp }) => followUp.event), [1, 1, 1, 1, 0, 0]);
 * ```
 *
 * @returns The drawn patients, in their order.
 * @throws {InputError} If the count is no whole number from 1.
 */
export function drawTrainingPatients<Patient extends Pick<LabelledPatient, "followUp">>(
  patients: readonly Patient[],
  { count, seed, fold }: DrawTrainingPatientsOptions,
): readonly Patient[] {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new InputError(`A fold trains on a whole number of patients from 1, not on ${count}`);
  }
  if (count >= patients.length) return patients;
  const shuffled = createRandom(seed, `training patients of fold ${fold}`).shuffle([...patients]);
  const dead = shuffled.filter(({ followUp }) => followUp.event === 1);
  const alive = shuffled.filter(({ followUp }) => followUp.event === 0);
  const least = Math.max(Math.min(1, dead.length), count - alive.length);
  const deaths = Math.max(least, Math.min(dead.length, Math.round(count * dead.length / patients.length)));
  const drawn = new Set([...dead.slice(0, deaths), ...alive.slice(0, count - deaths)]);
  return patients.filter((patient) => drawn.has(patient));
}
