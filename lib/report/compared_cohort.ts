import { z } from "zod";
import { schemaOf } from "./results/_schema.ts";

/** The cohort that models were compared on. */
export interface ComparedCohort {
  /** As in its `cohort.json`. */
  readonly name: string;
  /** SHA-256, see `openCohort`. */
  readonly hash: string;
  /** Patients with predictions. */
  readonly patients: number;
  /** Deaths among them within 24 months. */
  readonly events: number;
}

/** The schema of {@linkcode ComparedCohort} in a file of results. */
export const comparedCohortSchema: z.ZodType<ComparedCohort> = schemaOf<ComparedCohort>()(z.strictObject({
  name: z.string(),
  hash: z.string(),
  patients: z.int().nonnegative(),
  events: z.int().nonnegative(),
}));
