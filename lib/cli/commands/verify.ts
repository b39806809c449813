import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { formatSeconds, InputError } from "@ctsurv/base/mod.ts";
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
import { alignColumns, type Command } from "../command.ts";
import { checkBeforehand } from "../runs/check_beforehand.ts";
import { runNotebooks, selectRun } from "../runs/run_notebooks.ts";

/** Differences of one file that are named without `--all`. */
const PER_FILE = 5;

/** `ctsurv verify`: compares a new run with the results that are kept. */
export const verify: Command = {
  name: "verify",
  summary: "Run the notebooks again and say what moved against the results that are kept.",
  options: {
    profile: { describe: "smoke, workshop or paper (default: CTSURV_PROFILE, else workshop)", value: "NAME" },
    cohort: { describe: "the cohort's folder (default: CTSURV_COHORT, else phantom-lung1)", value: "DIR" },
    against: { describe: "the results to compare with (default: outputs/<cohort>-<profile>)", value: "DIR" },
    results: { describe: "compare these results, and run nothing", value: "DIR" },
    tolerance: { describe: "a NUMBER for all kinds of numbers, or KIND=NUMBER", value: "NUMBER", repeatable: true },
    all: { describe: `name every difference, not the largest ${PER_FILE} of each file` },
    keep: { describe: "leave the new results and notebooks in this folder (default: nowhere)", value: "DIR" },
  },
  details: details(),
  async run({ options, environment }) {
    const given = options as Readonly<Record<string, string | undefined>>;
    if (given.results !== undefined && given.keep !== undefined) {
      throw new InputError("--results runs nothing, so that --keep has nothing to keep; leave out one of them");
    }
    const run = await selectRun(given, environment);
    const reference = given.against ?? run.folder;
    // Read before anything runs: a folder that holds no results, or of another profile, is better refused at once.
    const { profile } = await readTable1(join(reference, "table1.json"));
    const tolerances = withTolerances(profileTolerances(profile), given.tolerance?.split("\n") ?? []);
    const runs = given.results === undefined || given.profile !== undefined;
    if (runs && profile !== run.profile.name) {
      throw new InputError(
        `${reference} holds results of the profile ${profile}, not ${run.profile.name}. Say --profile ${profile}`,
      );
    }
    const compare = async (found: string) => {
      const comparison = await compareResults(reference, found, tolerances);
      return { ...comparison, notes: [...comparison.notes, ...await timeNotes(reference, found)] };
    };
    const comparison = given.results !== undefined
      ? await compare(given.results)
      : await inNewFolder(given.keep, async ({ folder, temporary }) => {
        await checkBeforehand(run);
        await runNotebooks(run, { outputs: folder, saveIn: join(folder, "notebooks"), temporary });
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
  // The notebooks that are kept are executed at workshop size.
  const elsewhere = profile === "smoke" ? " --output-notebooks DIR" : "";
  return `If that was meant, this keeps the new results: deno task reproduce --profile ${profile}${elsewhere}`;
}

interface NewFolder {
  readonly folder: string;
  /** The same, if it is gone afterwards. */
  readonly temporary?: string;
}

/** Uses a folder: the one that is given, which must not be there yet, or one that is gone afterwards. */
async function inNewFolder<T>(given: string | undefined, use: (created: NewFolder) => Promise<T>): Promise<T> {
  if (given !== undefined) {
    // Rows of an earlier run would stay in its tables.
    if (existsSync(given)) throw new InputError(`${given} is there already; --keep takes a folder that is not`);
    return await use({ folder: resolve(given) });
  }
  const folder = await Deno.makeTempDir({ prefix: "ctsurv-verify-" });
  try {
    return await use({ folder, temporary: folder });
  } finally {
    // After Ctrl-C it is gone already.
    if (existsSync(folder)) await Deno.remove(folder, { recursive: true });
  }
}

/** How long both took, where both say so. */
async function timeNotes(...folders: readonly [string, string]): Promise<string[]> {
  const runs = await Promise.all(folders.map((folder) => readRunRecord(folder).catch(() => undefined)));
  const [before, after] = runs.map((run) => run && formatSeconds(run.seconds));
  return before && after ? [`wall time: ${before} -> ${after}`] : [];
}

function details(): string {
  const [brief, long] = [profileTolerances("smoke"), profileTolerances("workshop")];
  const kinds = Object.entries(numberKinds) as [NumberKind, string][];
  return [
    "Runs the notebooks into a temporary folder and compares what they find with the results that are kept: tables row by",
    "row, predictions patient by patient. Exit code 0: nothing moved by more than is tolerated; 1: something did, or is",
    "missing or additional; 2: wrong input. Figures have to be there; how they look, pages, times and memory, and where and",
    "by what a result was computed may differ.",
    "",
    "What passing means. On one machine a run repeats itself to the last bit: there --tolerance 0 passes. Another processor",
    "rounds otherwise, and training amplifies that: after 3 epochs (smoke) hardly, after 40 (workshop) a patient's survival",
    "moves by tenths and Ctd by hundredths. Passing at smoke says that the code computes what it did, losses being compared",
    "within 1 %. Passing at workshop or paper says that the tables say the same, not that each number does. Neither says",
    "that the numbers are right.",
    "",
    ...alignColumns([
      ["Tolerance of", "smoke", "others"],
      ...kinds.map(([kind, what]) => [`  ${kind.padEnd(12)}${what}`, `${brief[kind]}`, `${long[kind]}`]),
    ]),
  ].join("\n");
}
