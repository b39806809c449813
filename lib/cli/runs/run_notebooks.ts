import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  appendLog,
  checkOutputFolder,
  freeDisk,
  InputError,
  type LogKind,
  terminalProgress,
} from "@ctsurv/base/mod.ts";
import { type Cohort, lawCohortName, openCohort } from "@ctsurv/cohort/mod.ts";
import {
  KernelError,
  missingImports,
  type NotebookRun,
  refuseForeignPages,
  runNotebook,
  writeReport,
} from "@ctsurv/notebook/mod.ts";
import { writeRunRecord } from "@ctsurv/report/mod.ts";
import {
  type Environment,
  environmentVariables,
  findProfile,
  findProtocol,
  outputsFolder,
  type Profile,
  type Protocol,
  protocolSuffix,
  readEnvironment,
  selectLaw,
} from "@ctsurv/study/mod.ts";

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
  /** A temporary folder that receives all files: Ctrl-C removes it, and messages do not name it. */
  readonly temporary?: string | undefined;
  /** What the kernel finds in its variables, but for the above. @default {what the process's variables say} */
  readonly environment?: Environment | undefined;
}

/**
 * Runs a notebook with its cells' progress on stderr, for commands.
 *
 * @throws {InputError} If there is no such profile, the file is not a notebook, or a cell fails (with its error).
 */
export async function runNotebookFile(
  path: string,
  { output = path, profile, cohort, target, outputs, temporary, environment = readEnvironment() }:
    RunNotebookFileOptions,
): Promise<NotebookRun> {
  const { log, trainings } = environment;
  const env = environmentVariables({
    ...environment,
    ...(profile !== undefined && { profile: findProfile(profile, environment).name }),
    // The notebook runs in its own folder; these paths were given in another.
    ...(cohort !== undefined && { cohort: resolve(cohort) }),
    ...(target !== undefined && { targetCohort: resolve(target) }),
    ...(outputs !== undefined && { outputs: resolve(outputs) }),
    ...(log !== undefined && { log: resolve(log) }),
    ...(trainings !== undefined && trainings !== "none" && { trainings: resolve(trainings) }),
  });
  const name = basename(path);
  const saved = temporary === undefined ? [`the outputs so far are saved in ${output}`] : [];
  const progress = terminalProgress();
  const tell = (kind: LogKind, text: string) => log !== undefined && appendLog(log, kind, text);
  const run = await runNotebook(path, {
    env,
    output,
    onCell({ done, total }) {
      if (done === 0) progress.start(`${name}, cells`, total);
      else progress.tick();
      tell("notebook", `${name}: ${done} of ${total} cells`);
    },
    onStderr: (text) => tell("warning", `${name}: ${text}`),
    onInterrupted() {
      tell("run", "failed: interrupted");
      // The signal ends this program before any `finally`.
      if (temporary !== undefined) Deno.removeSync(temporary, { recursive: true });
      progress.done([`${name}: interrupted`, ...saved].join("; "));
      console.error("Run the same command again to continue: finished patients, slices, features and heads are kept");
    },
  }).catch((error) => {
    if (!(error instanceof KernelError)) throw error;
    throw new InputError(`${path}: ${error.message}. Run the same command again`, { cause: error });
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
      ...saved.map((text) => text.replace("the", "The")),
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

/** Those that go beyond the paper's tables, and take longer than all the others together. */
const LONG_NAMES = ["06_beyond_the_paper.ipynb", "07_multiverse.ipynb"];

export interface RunNotebooksOptions {
  /** Folder for all results, in which each cohort and profile has one. */
  readonly outputs: string;
  /** Where to save the executed notebooks. @default {in place} */
  readonly saveIn?: string | undefined;
  /** Whether the notebooks that take hours are run too. @default {false} */
  readonly all?: boolean;
  /** The folder of both, if it is temporary; see `runNotebookFile`. */
  readonly temporary?: string | undefined;
}

/**
 * Runs the notebooks, and records the time, the duration and the machine in `run.json` beside their results.
 *
 * @returns Their duration in seconds.
 * @throws {InputError} If a cell fails: with the cell and its error.
 */
export async function runNotebooks(
  { profile, cohort, target, folder, environment }: SelectedRun,
  { outputs, saveIn = sources, all = false, temporary }: RunNotebooksOptions,
): Promise<number> {
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const free = await freeDisk(resolve(outputs));
  const selected = { profile: profile.name, cohort: cohort?.dir, target: target?.dir, outputs, temporary, environment };
  const notebooks = [];
  for (const name of all ? [...NAMES, ...LONG_NAMES] : NAMES) {
    const { cells, seconds, peakMemory } = await runNotebookFile(join(sources, name), {
      output: join(resolve(saveIn), name),
      ...selected,
    });
    notebooks.push({ name, cells, seconds, peakMemory });
  }
  const seconds = (performance.now() - started) / 1000;
  await writeRunRecord(join(resolve(outputs), basename(folder)), {
    cohort: cohort?.name ?? builtInName(environment),
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
  /** How the paper is read. */
  readonly protocol: Protocol;
  /** Undefined: the built-in one. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to; undefined: the built-in one. */
  readonly target: Cohort | undefined;
  /** Where its results are kept: `outputs/<cohort>-<profile>`. */
  readonly folder: string;
  /** What else the notebooks are told. */
  readonly environment: Environment;
}

export interface SelectRunOptions {
  /** Name of the profile; default the environment's, else workshop. */
  readonly profile?: string | undefined;
  /** The cohort's folder; default the environment's, else the built-in one. */
  readonly cohort?: string | undefined;
}

/**
 * Finds the profile and the cohorts by the given names, or else by the environment.
 *
 * @throws {InputError} If there is no such profile or law, or a folder holds no cohort.
 */
export async function selectRun(
  given: SelectRunOptions,
  environment: Environment = readEnvironment(),
): Promise<SelectedRun> {
  const profile = findProfile(given.profile, environment);
  const open = (dir: string | undefined) => dir === undefined ? undefined : openCohort(dir);
  const cohort = await open(given.cohort ?? environment.cohort);
  const target = await open(environment.targetCohort);
  const outputs = environment.outputs ?? fileURLToPath(new URL("../../../outputs/", import.meta.url));
  const protocol = findProtocol(profile.name, environment);
  const suffix = protocolSuffix(profile.name, environment);
  const folder = outputsFolder(cohort?.name ?? builtInName(environment), profile.name + suffix, { outputs });
  return { profile, protocol, cohort, target, folder, environment };
}

/** The built-in cohort's name under the law that the environment selects. */
function builtInName(environment: Environment): string {
  return lawCohortName("phantom-lung1", selectLaw(undefined, environment));
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const documents = ["MODEL_CARD.md", "CHECKLIST.md"].map((name) => join(root, "docs", name));

/**
 * Checks before the notebooks run that they, their results and their pages can be written, and no page over one of
 * somebody else.
 *
 * @param saveIn Where the executed notebooks will be saved. Default: in place.
 * @throws {InputError} With the file or folder, and what to do.
 */
export async function checkOutputs({ folder }: SelectedRun, saveIn: string = sources): Promise<void> {
  for (const written of [folder, saveIn]) await checkOutputFolder(written);
  await refuseForeignPages(folder, [...NAMES, ...LONG_NAMES, ...documents]);
}

/**
 * Writes the pages of a folder of results: its index, every notebook of a folder, the model card and the checklist.
 *
 * @returns The pages' paths, the index first.
 * @throws {InputError} If there is no such folder, or a file in it is not valid.
 */
export async function writePages(
  folder: string,
  { notebooks = join(root, "notebooks") }: { readonly notebooks?: string | undefined } = {},
): Promise<readonly string[]> {
  if (!existsSync(notebooks)) throw new InputError(`${notebooks}: there is no such folder of notebooks`);
  const names = readdirSync(notebooks).filter((name) => name.endsWith(".ipynb")).sort();
  return await writeReport(folder, {
    notebooks: names.map((name) => join(notebooks, name)),
    documents,
  });
}
