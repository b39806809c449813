import { InputError } from "@ctsurv/common/mod.ts";

const shown = 20;

/**
 * Reports all that is wrong with a file at once, so that it can be mended in one go.
 *
 * @throws {InputError} If there are problems: the first 20, a line each, and how many more.
 */
export function refuseIfAny(problems: readonly string[], file: string): void {
  if (problems.length === 0) return;
  if (problems.length === 1) throw new InputError(problems[0]);
  const more = problems.length > shown ? [`and ${problems.length - shown} more`] : [];
  throw new InputError(
    [`${file} has ${problems.length} problems:`, ...problems.slice(0, shown), ...more].join("\n  "),
  );
}
