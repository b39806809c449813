import { InputError } from "@ctsurv/common/mod.ts";

/**
 * A whole number from the command line, such as the 42 of `--seed 42`.
 *
 * @throws {InputError} If the text is none.
 */
export function parseWholeNumber(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InputError(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}
