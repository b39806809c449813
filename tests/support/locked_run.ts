import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/**
 * The arguments with which a test starts a program in a process of its own: with the packages of `deno.lock`, wherever
 * the program lies, and without the network. A process that resolved packages anew would run other versions than the
 * tests, and would pass only where the network or a full cache gives them.
 *
 * @param script A path.
 */
export function lockedRun(script: string, ...args: readonly string[]): string[] {
  return ["run", "-A", ...lockedOptions, script, ...args];
}

/** The same for other subcommands that load modules: `deno check`, `deno test`. */
export const lockedOptions: readonly string[] = [
  "--frozen",
  "--cached-only",
  "--config",
  fileURLToPath(new URL("deno.json", root)),
];
