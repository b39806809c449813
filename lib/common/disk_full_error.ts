import { InputError } from "./input_error.ts";

/**
 * There is no room to write. Work on many inputs that leaves out the bad ones, each with its `InputError`, has to end
 * at this: it says nothing against the input at hand, and would come again with the next.
 */
export class DiskFullError extends InputError {}
