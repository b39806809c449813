/**
 * Something the user supplied is wrong: a file, a table row, an option. The message says what, where and what to do;
 * the command line prints it without a stack and exits with code 2.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
