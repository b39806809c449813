import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runNotebookFile } from "./run_notebook_file.ts";
import type { SelectedRun } from "./select_run.ts";

const folder = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** In the order in which they build on each other. */
const notebooks = [
  "01_preprocessing.ipynb",
  "02_backbone_comparison.ipynb",
  "04_resnet3d_baseline.ipynb",
  "05_claro_transfer.ipynb",
];

export interface RunNotebooksOptions {
  /** Folder for all results, in which each cohort and profile has one. */
  readonly outputs: string;
  /** Where to save the executed notebooks. @default {in place} */
  readonly saveIn?: string | undefined;
}

/**
 * Runs all notebooks.
 *
 * @returns How long they took, in seconds.
 * @throws {InputError} If a cell fails: with the cell and its error.
 */
export async function runNotebooks(
  { profile, cohort, target }: SelectedRun,
  { outputs, saveIn = folder }: RunNotebooksOptions,
): Promise<number> {
  const started = performance.now();
  const selected = { profile: profile.name, cohort: cohort?.dir, target: target?.dir, outputs };
  for (const name of notebooks) {
    await runNotebookFile(join(folder, name), { output: join(resolve(saveIn), name), ...selected });
  }
  return (performance.now() - started) / 1000;
}
