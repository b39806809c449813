/**
 * Something that the user supplied is wrong: a file, a table row, an option. The message says what is wrong, where, and
 * what to do. The command line prints it without a stack and exits with code 2.
 *
 * @example Refuse a cell of a clinical table
 * ```ts
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * function readMonths(text: string): number {
 *   const months = Number(text);
 *   if (!(months >= 0)) throw new InputError(`clinical.csv, row 7: "${text}" is not a time in months; write 0 or more`);
 *   return months;
 * }
 *
 * assertEquals(readMonths("23.5"), 23.5);
 * assertThrows(() => readMonths("unknown"), InputError, "row 7");
 * ```
 */
export class InputError extends Error {
  /** `InputError`, for {@linkcode OutputError} and {@linkcode DiskFullError} too. */
  override readonly name = "InputError";
}

/**
 * Something cannot be written. Work on many inputs leaves out each bad one with its `InputError`, but it has to end at
 * this error: the input at hand is not at fault, and the next one would fail too.
 */
export class OutputError extends InputError {}

/** There is no room to write. */
export class DiskFullError extends OutputError {}
