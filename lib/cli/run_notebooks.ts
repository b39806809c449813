import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { freeDisk } from "@ctsurv/common/mod.ts";
import { writeRunRecord } from "@ctsurv/report/mod.ts";
import { runNotebookFile } from "./run_notebook_file.ts";
import type { SelectedRun } from "./select_run.ts";

const sources = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** In the order in which they build on each other. */
const names = [
  "01_preprocessing.ipynb",
  "02_backbone_comparison.ipynb",
  "03_aggregation_ablation.ipynb",
  "04_resnet3d_baseline.ipynb",
  "05_claro_transfer.ipynb",
];

export interface RunNotebooksOptions {
  /** Folder for all results, in which each cohort and profile has one. */
  readonly outputs: string;
  /** Where to save the executed notebooks. @default {in place} */
  readonly saveIn?: string | undefined;
  /** The folder of both, if it does not outlast the command; see `runNotebookFile`. */
  readonly temporary?: string | undefined;
}

/**
 * Runs all notebooks, and records when, how long and on what in `run.json` beside their results.
 *
 * @returns How long they took, in seconds.
 * @throws {InputError} If a cell fails: with the cell and its error.
 */
export async function runNotebooks(
  { profile, cohort, target, folder }: SelectedRun,
  { outputs, saveIn = sources, temporary }: RunNotebooksOptions,
): Promise<number> {
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const free = await freeDisk(resolve(outputs));
  const selected = { profile: profile.name, cohort: cohort?.dir, target: target?.dir, outputs, temporary };
  const notebooks = [];
  for (const name of names) {
    const { cells, seconds, peakMemory } = await runNotebookFile(join(sources, name), {
      output: join(resolve(saveIn), name),
      ...selected,
    });
    notebooks.push({ name, cells, seconds, peakMemory });
  }
  const seconds = (performance.now() - started) / 1000;
  await writeRunRecord(join(resolve(outputs), basename(folder)), {
    cohort: cohort?.name ?? "phantom-lung1",
    profile: profile.name,
    startedAt,
    seconds,
    notebooks,
    freeDisk: Number.isFinite(free) ? free : null,
  });
  return seconds;
}
