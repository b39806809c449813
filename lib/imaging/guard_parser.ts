import { InputError } from "@ctsurv/common/mod.ts";

/** Runs a call of dicom-parser, which throws strings and plain objects, and turns what it throws into a refusal. */
export function guardParser<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : (error as { exception?: unknown })?.exception ?? error;
    throw new InputError(
      `${path}: the DICOM header is damaged or cut off (${String(reason).replace(/^dicomParser\S*: /, "")})`,
    );
  }
}
