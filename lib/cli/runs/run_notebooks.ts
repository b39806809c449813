import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { freeDisk, InputError, terminalProgress } from "@ctsurv/base/mod.ts";
import { type Cohort, openCohort } from "@ctsurv/cohort/mod.ts";
import { missingImports, type NotebookRun, runNotebook, writeReport } from "@ctsurv/notebook/mod.ts";
import { writeRunRecord } from "@ctsurv/report/mod.ts";
import { findProfile, outputsFolder, type Profile, readEnvironment } from "@ctsurv/study/mod.ts";

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
  const missing = await missingImports(path);
  throw new InputError(
    [
      `Cell ${cell} of ${path} failed: ${error}: ${message}`,
      `The cell begins: ${firstLine}`,
      ...traceback.slice(1),
      ...saved.map((text) => text.replace("what", "What")),
      ...missing.length > 0 ? [`${name} ${writtenForAnother(missing)}`] : [],
    ].join("\n"),
  );
}

/** Imports of an outdated notebook that a message names. */
const NAMED_IMPORTS = 3;

function writtenForAnother(missing: readonly string[]): string {
  const more = missing.length - NAMED_IMPORTS;
  const named = [...missing.slice(0, NAMED_IMPORTS), ...more > 0 ? [`${more} more`] : []].join(", ");
  return `was written for another version, probably ctsurv 0.1. This version does not have ${named}. "Moved" in ` +
    "CHANGELOG.md says where folders and names are now; or run the notebook in a checkout of its own version";
}

const sources = fileURLToPath(new URL("../../../notebooks/", import.meta.url));

/** In the order in which they build on each other. */
const NAMES = [
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
  for (const name of NAMES) {
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

/** What the notebooks are to be run on. */
export interface SelectedRun {
  readonly profile: Profile;
  /** Undefined: the built-in one. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to; undefined: the built-in one. */
  readonly target: Cohort | undefined;
  /** Where its results are kept: `outputs/<cohort>-<profile>`. */
  readonly folder: string;
}

export interface SelectRunOptions {
  /** Name of the profile; default the environment's, else workshop. */
  readonly profile?: string | undefined;
  /** The cohort's folder; default the environment's, else the built-in one. */
  readonly cohort?: string | undefined;
}

/**
 * Finds what a profile and a cohort's folder name, and the environment where they do not.
 *
 * @throws {InputError} If there is no such profile, or a folder holds no cohort.
 */
export async function selectRun(given: SelectRunOptions): Promise<SelectedRun> {
  const profile = findProfile(given.profile);
  const open = (dir: string | undefined) => dir === undefined ? undefined : openCohort(dir);
  const environment = readEnvironment();
  const cohort = await open(given.cohort ?? environment.cohort);
  const target = await open(environment.targetCohort);
  const outputs = environment.outputs ?? fileURLToPath(new URL("../../../outputs/", import.meta.url));
  return { profile, cohort, target, folder: outputsFolder(cohort?.name ?? "phantom-lung1", profile.name, outputs) };
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Writes the pages of a folder of results: its index, every notebook of a folder, the model card and the checklist.
 *
 * @returns The pages' paths, the index first.
 * @throws {InputError} If there is no such folder, or something in either is not what it should be.
 */
export async function writePages(
  folder: string,
  { notebooks = join(root, "notebooks") }: { readonly notebooks?: string | undefined } = {},
): Promise<readonly string[]> {
  if (!existsSync(notebooks)) throw new InputError(`${notebooks}: there is no such folder of notebooks`);
  const names = readdirSync(notebooks).filter((name) => name.endsWith(".ipynb")).sort();
  return await writeReport(folder, {
    notebooks: names.map((name) => join(notebooks, name)),
    documents: ["MODEL_CARD.md", "CHECKLIST.md"].map((name) => join(root, "docs", name)),
  });
}
