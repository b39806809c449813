import { type Displayable, jupyterDisplay } from "../displayable.ts";

/** Sentences that a notebook shows as prose, one paragraph each. */
export interface Sentences extends Displayable {
  /** The sentences, without markup. */
  readonly text: string;
}

/**
 * Shows sentences as a notebook's prose. Prose in a notebook holds for any cohort, so what a run found is said by a cell:
 * its sentences are made from the results, with numbers and verdict. The functions beside this one make them.
 *
 * @example
 * ```ts
 * import { sentences } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const shown = sentences("The first sentence.", undefined, "The second one.");
 * assertEquals(shown.text, "The first sentence.\nThe second one.");
 * ```
 *
 * @param said Sentences without markup; undefined ones are left out.
 */
export function sentences(...said: readonly (string | undefined)[]): Sentences {
  const lines = said.filter((sentence) => sentence !== undefined);
  const text = lines.join("\n");
  const markdown = lines.map((line) => line.replaceAll(/[\\`*_{}[\]<>#|$~]/g, "\\$&")).join("\n\n");
  return { text, [jupyterDisplay]: () => ({ "text/markdown": markdown, "text/plain": text }) };
}
