import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Where a command was started, and where its relative paths begin. */
export interface PathStart {
  /** The folder in which the user typed the command, as `deno task` tells it; undefined without it. */
  readonly typedIn: string | undefined;
  /** The working directory: for `deno task` the root of the repository. */
  readonly root: string;
}

/**
 * A hint for a message about a path that is not there: `deno task` runs in the root of the repository, wherever it is
 * typed, so that relative paths count from there.
 *
 * @returns Undefined if no path of the message is missing, or the command was typed in the root.
 */
export function pathHint(
  args: readonly string[],
  message: string,
  { typedIn, root }: PathStart = { typedIn: Deno.env.get("INIT_CWD"), root: Deno.cwd() },
): string | undefined {
  if (!typedIn || typedIn === root) return undefined;
  const paths = args.map((arg) => arg.replace(/^--[^=]*=/, "")).filter((path) => path !== "" && !path.startsWith("-"));
  const missing = paths.find((path) => !isAbsolute(path) && message.includes(path) && !existsSync(join(root, path)));
  if (missing === undefined) return undefined;
  const there = join(typedIn, missing);
  return `Relative paths count from the root of the repository, ${root}, not from ${typedIn}.` +
    (existsSync(there) ? ` Write ${there}` : "");
}
