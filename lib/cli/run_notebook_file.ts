import { basename, resolve } from "node:path";
import { InputError, terminalProgress } from "@ctsurv/common/mod.ts";
import { type NotebookRun, runNotebook } from "@ctsurv/notebook/mod.ts";
import { findProfile } from "@ctsurv/training/mod.ts";

export interface RunNotebookFileOptions {
  /** Where it is saved; default in place. */
  readonly output?: string | undefined;
  /** Name of the profile; default the environment's. */
  readonly profile?: string | undefined;
  /** The cohort's folder; default the environment's. */
  readonly cohort?: string | undefined;
  /** Folder of the cohort that notebook 5 transfers to; default the environment's. */
  readonly target?: string | undefined;
  /** Folder for results; default the environment's. */
  readonly outputs?: string | undefined;
  /** A folder that all is written to and that does not outlast the command: Ctrl-C removes it, messages do not name it. */
  readonly temporary?: string | undefined;
}

/**
 * Runs a notebook with its cells' progress on stderr, for commands.
 *
 * @throws {InputError} If there is no such profile, it is no notebook, or a cell fails: with the cell and its error.
 */
export async function runNotebookFile(
  path: string,
  { output = path, profile, cohort, target, outputs, temporary }: RunNotebookFileOptions,
): Promise<NotebookRun> {
  const env = {
    ...(profile !== undefined && { CTSURV_PROFILE: findProfile(profile).name }),
    // The notebook runs in its own folder; these paths were given in another.
    ...(cohort !== undefined && { CTSURV_COHORT: resolve(cohort) }),
    ...(target !== undefined && { CTSURV_TARGET_COHORT: resolve(target) }),
    ...(outputs !== undefined && { CTSURV_OUTPUTS: resolve(outputs) }),
  };
  const name = basename(path);
  const saved = temporary === undefined ? [`what ran until then is saved in ${output}`] : [];
  const progress = terminalProgress();
  const run = await runNotebook(path, {
    env,
    output,
    onCell: ({ done, total }) => done === 0 ? progress.start(`${name}, cells`, total) : progress.tick(),
    onInterrupted() {
      // The signal ends this program before any `finally`.
      if (temporary !== undefined) Deno.removeSync(temporary, { recursive: true });
      progress.done([`${name}: interrupted`, ...saved].join("; "));
      console.error("Start the same command again to go on: patients, slices and features that are done are kept");
    },
  });
  progress.done(`${name}: ${run.cells} cells`);
  if (!run.failed) return run;
  const { cell, firstLine, name: error, message, traceback } = run.failed;
  throw new InputError(
    [
      `Cell ${cell} of ${path} failed: ${error}: ${message}`,
      `The cell begins: ${firstLine}`,
      ...traceback.slice(1),
      ...saved.map((text) => text.replace("what", "What")),
    ].join("\n"),
  );
}
