import { InputError } from "@ctsurv/common/mod.ts";

/** Makes the error to throw for a file, from what is wrong with it. */
export type Refuse = (why: string) => InputError;

/** Refusals that name the file and what it was taken for. */
export function refuseAs(where: string, kind: string): Refuse {
  return (why) => new InputError(`${where}: not a valid ${kind} file: ${why}`);
}
