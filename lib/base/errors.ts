/**
 * Something the user supplied is wrong: a file, a table row, an option. The message says what, where and what to do;
 * the command line prints it without a stack and exits with code 2.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * There is no room to write. Work on many inputs that leaves out the bad ones, each with its `InputError`, has to end
 * at this: it says nothing against the input at hand, and would come again with the next.
 */
export class DiskFullError extends InputError {}
