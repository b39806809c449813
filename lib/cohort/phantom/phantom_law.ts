import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import type { PhantomTumour } from "./draw_tumour.ts";

/**
 * What the survival of phantom patients depends on: what the tumour is like (`tissue`), how large it is (`size`), or
 * nothing that can be seen (`null`).
 */
export type PhantomLaw = "tissue" | "size" | "null";

/** Every law. A cohort's recipe names its own; the others are tables beside it, see {@linkcode lawFolder}. */
export const phantomLaws: readonly PhantomLaw[] = ["tissue", "size", "null"];

/** Where a phantom cohort's folder holds the tables of a law that is not its own. */
export function lawFolder(law: PhantomLaw): string {
  return join("laws", law);
}

/** The name, in tables and folders of results, of a built-in cohort under a law. */
export function lawCohortName(name: string, law: PhantomLaw): string {
  return law === "tissue" ? name : `${name}-${law}`;
}

/** What a law says in words, for messages and documents. */
export const lawInWords: Readonly<Record<PhantomLaw, string>> = {
  tissue: "survival depends on what the tumour is like, and not on its size",
  size: "survival depends on the tumour's volume, and not on what it is like",
  null: "survival depends on nothing that is in the image",
};

/**
 * How much of the linear predictor's variance each property has. The properties are independent, so that the shares of a
 * law sum to 1. Under `tissue` it is density alone: a backbone that was trained for 500 steps on slices learnt to see
 * density, and neither necrosis nor the margin (docs/PHANTOMS.md).
 */
const SHARES: Readonly<Record<PhantomLaw, Partial<Record<keyof PhantomTumour["deviations"], number>>>> = {
  tissue: { density: 1 },
  size: { volume: 1 },
  null: {},
};

/**
 * The linear predictor of a tumour under a law: a weighted sum of the tumour's deviations from the median. Over patients
 * it is about standard normal, and 0 for everyone under `null`. The higher it is, the sooner patients die.
 *
 * @example
 * ```ts
 * import { drawPatient, lawPredictor, phantomLung1 } from "@ctsurv/ctsurv/cohort";
 * import { assertEquals } from "@std/assert";
 *
 * const { tumour } = drawPatient(phantomLung1, 42, 7);
 * assertEquals(lawPredictor("size", tumour), tumour.deviations.volume);
 * assertEquals(lawPredictor("null", tumour), 0);
 * ```
 */
export function lawPredictor(law: PhantomLaw, { deviations }: Pick<PhantomTumour, "deviations">): number {
  return Object.entries(SHARES[law]).reduce(
    (sum, [property, share]) => sum + Math.sqrt(share) * deviations[property as keyof typeof deviations],
    0,
  );
}

/**
 * The law of a name.
 *
 * @param where What names it, for the message.
 * @throws {InputError} If there is no such law.
 */
export function parsePhantomLaw(name: string, where: string): PhantomLaw {
  const law = phantomLaws.find((known) => known === name);
  if (!law) throw new InputError(`Unknown law "${name}" (${where}): choose one of ${phantomLaws.join(", ")}`);
  return law;
}
