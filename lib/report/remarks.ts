import { z } from "zod";

/** What a reader of a result has to know of its patients and trainings. Files of before have none of it. */
export interface Remarks {
  /** Patients of the cohort who could not be used, and why. */
  readonly skipped?:
    | readonly {
      /** PatientID. */
      readonly patient: string;
      /** What was wrong with the scan, and what to do. */
      readonly reason: string;
    }[]
    | undefined;
  /** Warnings of trainings, such as that one diverged. */
  readonly messages?: readonly string[] | undefined;
}

/** The fields of {@linkcode Remarks} in a schema. */
export const remarksShape = {
  skipped: z.array(z.strictObject({ patient: z.string(), reason: z.string() })).readonly().optional(),
  messages: z.array(z.string()).readonly().optional(),
};

/**
 * Remarks as lines for a terminal, warnings first.
 *
 * @example
 * ```ts
 * import { remarkLines } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   remarkLines({
 *     skipped: [{ patient: "LUNG1-128", reason: "no lung was found" }],
 *     messages: ["fold 3: training diverged"],
 *   }),
 *   ["warning: fold 3: training diverged", "LUNG1-128 left out: no lung was found"],
 * );
 * ```
 *
 * @returns None where there is nothing to say.
 */
export function remarkLines({ skipped = [], messages = [] }: Remarks): string[] {
  return [
    ...messages.map((message) => `warning: ${message}`),
    ...skipped.map(({ patient, reason }) => `${patient} left out: ${reason}`),
  ];
}

/** The warnings of one of several trainings, with its name before each. */
export function namedMessages(name: string, messages: readonly string[] | undefined): string[] {
  return (messages ?? []).map((message) => `${name}: ${message}`);
}
