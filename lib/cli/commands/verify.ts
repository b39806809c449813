import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { checkOutputFolder, formatSeconds, InputError } from "@ctsurv/base/mod.ts";
import {
  compareResults,
  type NumberKind,
  numberKinds,
  profileTolerances,
  readRunRecord,
  readTable1,
  verificationText,
  withTolerances,
} from "@ctsurv/report/mod.ts";
import { openEngine, profiles } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { checkBeforehand } from "../runs/check_beforehand.ts";
import { runNotebooks, selectRun } from "../runs/run_notebooks.ts";

/** Differences of one file that are listed without `--all`. */
const PER_FILE = 5;

/** `ctsurv verify`: compares a new run with the kept results. */
export const verify: Command = {
  name: "verify",
  summary: "Run the notebooks again and compare the results with the kept ones.",
  options: {
    profile: { describe: "smoke, workshop or paper (default: CTSURV_PROFILE, else workshop)", value: "NAME" },
    cohort: { describe: "the cohort's folder (default: CTSURV_COHORT, else phantom-lung1)", value: "DIR" },
    against: { describe: "the kept results (default: outputs/<cohort>-<profile>)", value: "DIR" },
    results: { describe: "compare these results instead of running the notebooks", value: "DIR" },
    tolerance: {
      describe: "tolerance for all kinds of numbers, or KIND=NUMBER for one kind",
      value: "NUMBER",
      repeatable: true,
    },
    all: { describe: `list every difference, not only the largest ${PER_FILE} of each file` },
    keep: { describe: "keep the new results and notebooks in this folder (default: delete them)", value: "DIR" },
  },
  details: details(),
  async run({ options, environment }) {
    const given = options as Readonly<Record<string, string | undefined>>;
    if (given.results !== undefined && given.keep !== undefined) {
      throw new InputError("--results runs no notebooks, so --keep has nothing to keep. Leave out one of them");
    }
    const run = await selectRun(given, environment);
    const reference = given.against ?? run.folder;
    // Read before anything runs, to refuse at once a folder without results or with those of another profile.
    const { profile } = await readTable1(join(reference, "table1.json"));
    const tolerances = withTolerances(profileTolerances(profile), given.tolerance?.split("\n") ?? []);
    const runs = given.results === undefined || given.profile !== undefined;
    if (runs && profile !== run.profile.name) {
      throw new InputError(
        `${reference} holds results of the profile ${profile}, not ${run.profile.name}. Use --profile ${profile}`,
      );
    }
    const compare = async (found: string) => {
      const comparison = await compareResults(reference, found, tolerances);
      return { ...comparison, notes: [...comparison.notes, ...await timeNotes(reference, found)] };
    };
    const comparison = given.results !== undefined
      ? await compare(given.results)
      : await inNewFolder(given.keep, async ({ folder, temporary }) => {
        // What an earlier run trained would be compared with itself.
        const anew = { ...run, environment: { ...run.environment, trainings: "none" } };
        await openEngine(run.environment);
        await checkBeforehand(run);
        await runNotebooks(anew, { outputs: folder, saveIn: join(folder, "notebooks"), temporary });
        return await compare(join(folder, basename(run.folder)));
      });
    const passed = comparison.differences.length === 0;
    const text = verificationText(comparison, { tolerances, ...!given.all && { perFile: PER_FILE } });
    return {
      text: passed ? text : `${text}\n\n${advice(profile)}`,
      json: { reference, passed, tolerances, ...comparison },
      exitCode: passed ? 0 : 1,
    };
  },
};

function advice(profile: string): string {
  // The committed notebooks are executed at workshop size.
  const elsewhere = profile === "smoke" ? " --output-notebooks DIR" : "";
  return `If you intended this change, keep the new results: deno task reproduce --profile ${profile}${elsewhere}`;
}

interface NewFolder {
  readonly folder: string;
  /** The same, if it is deleted afterwards. */
  readonly temporary?: string;
}

/** Uses a folder: the given one, which must not exist yet, or a temporary one, which is deleted afterwards. */
async function inNewFolder<T>(given: string | undefined, use: (created: NewFolder) => Promise<T>): Promise<T> {
  if (given !== undefined) {
    // Rows of an earlier run would stay in its tables.
    if (existsSync(given)) throw new InputError(`${given} already exists; --keep needs a new folder`);
    await checkOutputFolder(given);
    return await use({ folder: resolve(given) });
  }
  const folder = await Deno.makeTempDir({ prefix: "ctsurv-verify-" });
  try {
    return await use({ folder, temporary: folder });
  } finally {
    // Ctrl-C has deleted it already.
    if (existsSync(folder)) await Deno.remove(folder, { recursive: true });
  }
}

/** The time of both runs, if both recorded it. */
async function timeNotes(...folders: readonly [string, string]): Promise<string[]> {
  const runs = await Promise.all(folders.map((folder) => readRunRecord(folder).catch(() => undefined)));
  const [before, after] = runs.map((run) => run && formatSeconds(run.seconds));
  return before && after ? [`wall time: ${before} -> ${after}`] : [];
}

function details(): string {
  const [brief, long] = [profileTolerances("smoke"), profileTolerances("workshop")];
  const kinds = Object.entries(numberKinds) as [NumberKind, string][];
  const rows = [
    ["Kind", "Tolerance of", "smoke", "workshop and paper"],
    ...kinds.map(([kind, what]) => [kind, what, `${brief[kind]}`, `${long[kind]}`]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const { smoke, workshop, paper } = profiles;
  return [
    "Runs the notebooks into a temporary folder and compares their results with the kept ones: tables row by row,",
    "predictions patient by patient. Exit code 0: no number differs by more than its tolerance. 1: a number does, or a",
    "result is missing or additional. 2: wrong input. Figures must exist but may look different. Pages, times, memory and",
    "provenance may differ.",
    "",
    "What a pass means. On the same machine a run repeats itself to the last bit, so --tolerance 0 passes. A different",
    `processor rounds differently, and training amplifies this: hardly in the ${smoke.epochs} epochs of smoke; in the ${workshop.epochs} epochs of`,
    `workshop and the ${paper.epochs} of paper a patient's survival can shift by tenths and Ctd by hundredths. A pass at smoke shows`,
    "that the code computes the same as before; it compares losses within 1 %. A pass at workshop or paper shows that the",
    "tables agree, but not every number. Neither shows that the numbers are right. Heads are trained anew; slices and",
    "features that are in data/cache are read from there. deno task ctsurv clean removes them.",
    "",
    ...rows.map((row) =>
      row.map((cell, column) => column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)).join("   ")
    ),
  ].join("\n");
}
