/**
 * Kills `reproduce --profile smoke` and single commands with SIGKILL at random moments, and looks whether the next run goes
 * on and the results are in the end those of a run in peace, byte by byte. Then runs pairs of `cross-validate` at the same
 * time on one folder, which has no head yet. It works in a clone of the last commit, in a temporary folder. Usage, on
 * Linux: `deno run -A bench/kills.ts [KILLS] [PAIRS] [LOG]`. The log has a line for each kill.
 */
import { join } from "node:path";
import { createRandom, readRunLogs } from "@ctsurv/base/mod.ts";
import { folderContents } from "../tests/support/folder_contents.ts";

/** What a stage writes, and how to make it write again. */
interface Stage {
  readonly name: "phantoms" | "slices" | "features" | "folds" | "tables";
  /** Where it writes, in the clone. */
  readonly folders: readonly string[];
  /** Which files to take away so that the stage has something to do; none: it always writes. */
  readonly remove?: RegExp;
}

const OUTPUT = "outputs/kills-smoke";
const stages: readonly Stage[] = [
  {
    name: "phantoms",
    folders: ["images", "truth"].map((part) => `data/cohorts/phantom-lung1-12/${part}`),
    remove: /^truth\//,
  },
  { name: "slices", folders: ["data/cache/slices"], remove: /\.slices$/ },
  { name: "features", folders: ["data/cache/features"], remove: /\.features$/ },
  { name: "folds", folders: ["data/cache/trainings"], remove: /\.training$/ },
  {
    name: "tables",
    folders: ["folds", "folds/alexnet", "predictions", "cross_validation", ""].map((part) => join(OUTPUT, part)),
  },
];
const LEAST_PER_STAGE = 10;
/** The latest moment at which `reproduce` is killed. */
const MOST_SECONDS = 60;

const kills = Number(Deno.args[0] ?? 100);
const pairs = Number(Deno.args[1] ?? 50);
const logPath = Deno.args[2];
const random = createRandom(kills, "kills");
const root = new URL("../", import.meta.url).pathname;
const work = await Deno.makeTempDir({ prefix: "ctsurv-kills-" });
const tree = join(work, "ctsurv");

const crossValidate = ["cross-validate", "--model", "alexnet", "--profile", "smoke", "--output", OUTPUT];
const reproduce = ["reproduce", "--profile", "smoke", "--output-notebooks", "outputs/notebooks"];

await must("git", ["clone", "-q", root, tree], work);
await must(Deno.execPath(), ["install", "-q", "--frozen"], tree);
console.log("In peace …");
const started = performance.now();
await inPeace(reproduce);
const seconds = (performance.now() - started) / 1000;
await inPeace(crossValidate);
const expected = await results();
console.log(`${Object.keys(expected).length} results in ${seconds.toFixed(0)} s`);
for (const folder of ["data/cohorts", "data/cache", "outputs"]) {
  await Deno.remove(join(tree, folder), { recursive: true });
}

const counts = new Map<string, number>(stages.map(({ name }) => [name, 0]));
for (let kill = 1; kill <= kills;) {
  const rarest = [...stages].sort((a, b) => counts.get(a.name)! - counts.get(b.name)!)[0]!;
  const isAimed = counts.get(rarest.name)! < LEAST_PER_STAGE || kill % 2 === 0;
  const { stage, writing, command } = isAimed ? await killWhileWriting(rarest) : await killAtRandom();
  // It was done before it could be killed.
  if (stage === "ended") continue;
  counts.set(stage, (counts.get(stage) ?? 0) + 1);
  await log(`${`${kill++}`.padStart(4)}  ${command.padEnd(14)}  ${stage.padEnd(9)}  ${writing}`);
}
await inPeace(crossValidate);
await inPeace(reproduce);
const found = await results();
const different = differences(expected, found);
await log(`${kills} kills: ${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}`);
await log(
  different.length === 0
    ? `All ${Object.keys(expected).length} results equal those of a run in peace, byte by byte`
    : `${different.length} results differ: ${different.join(", ")}`,
);
const wrongPairs = await runPairs();
await log(`${pairs} pairs of ${crossValidate[0]} at the same time: ${wrongPairs} with another result or exit code`);
await Deno.remove(work, { recursive: true });
Deno.exit(different.length + wrongPairs === 0 ? 0 : 1);

/** How many pairs did not both end well, with the results of a run in peace. */
async function runPairs(): Promise<number> {
  const own = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).filter(([path]) => join("outputs", path).startsWith(OUTPUT)));
  let wrong = 0;
  for (let pair = 1; pair <= pairs; pair++) {
    for (const folder of ["data/cache/trainings", OUTPUT]) await Deno.remove(join(tree, folder), { recursive: true });
    const codes = await Promise.all([1, 2].map(async () => (await start(crossValidate).status).code));
    const changed = differences(own(expected), own(await results()));
    if (codes.every((code) => code === 0) && changed.length === 0) continue;
    wrong++;
    await log(`Pair ${pair}: exit codes ${codes.join(" and ")}; ${changed.join(", ") || "the same results"}`);
  }
  return wrong;
}

function differences(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path]);
}

interface Killed {
  readonly command: string;
  readonly stage: string;
  readonly writing: string;
}

/** Takes some of a stage's files away, and kills the command that makes them again while it writes one of them. */
async function killWhileWriting({ name, folders, remove }: Stage): Promise<Killed> {
  const before = entriesOf(folders);
  if (remove) {
    for (const path of [...before.keys()].filter((path) => remove.test(path.split("/").slice(-2).join("/")))) {
      if (random.uniform() < .7) await Deno.remove(join(tree, path), { recursive: true });
    }
  }
  const wanted = random.integer(1, 6);
  const known = entriesOf(folders);
  let [seen, last] = [0, ""];
  const child = start(crossValidate);
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  while (!hasEnded && seen < wanted) {
    for (const [path, stamp] of entriesOf(folders)) {
      if (known.get(path) === stamp) continue;
      known.set(path, stamp);
      last = path;
      if (++seen >= wanted) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await stop(child, { isAlone: false });
  // Too few files were missing.
  return { command: crossValidate[0]!, stage: seen < wanted ? "ended" : name, writing: last };
}

/** Kills `reproduce` somewhere between its start and its end. */
async function killAtRandom(): Promise<Killed> {
  const child = start(reproduce);
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  // What is there already is not made again, so that such a run is shorter than the first one.
  const end = performance.now() + 1000 * Math.min(seconds, MOST_SECONDS) * random.uniform();
  const all = stages.flatMap((stage) => stage.folders.map((folder) => ({ stage, folder })));
  const known = entriesOf(all.map(({ folder }) => folder));
  let last = "";
  while (!hasEnded && performance.now() < end) {
    for (const [path, stamp] of entriesOf([...all.map(({ folder }) => folder), "outputs/phantom-lung1-smoke"])) {
      if (known.get(path) !== stamp) last = path;
      known.set(path, stamp);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const endedBefore = hasEnded;
  // Sometimes only the program is killed, and its kernel has to notice.
  await stop(child, { isAlone: random.uniform() < .3 });
  const stage = endedBefore
    ? "ended"
    : stages.find(({ folders }) => folders.some((folder) => last.startsWith(folder)))?.name ??
      (last === "" ? "start" : "tables");
  return {
    command: reproduce[0]!,
    stage,
    writing: [await lastNotebook(), last].filter((text) => text !== "").join(", "),
  };
}

/** What the log of the last run of `reproduce` says of its place. */
async function lastNotebook(): Promise<string> {
  const [log] = await readRunLogs(join(tree, "outputs/phantom-lung1-smoke/logs"));
  return log?.lines.findLast(({ kind }) => kind === "notebook")?.text ?? "";
}

/** The arguments with which Deno runs a command of ctsurv. */
function ctsurv(args: readonly string[]): string[] {
  return ["run", "-A", "--frozen", "lib/cli/main.ts", ...args];
}

function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ctsurv(args),
    cwd: tree,
    // The leader of a group, so that its kernels can be killed with it.
    detached: true,
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function stop(child: Deno.ChildProcess, { isAlone }: { readonly isAlone: boolean }): Promise<void> {
  try {
    Deno.kill(isAlone ? child.pid : -child.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && (error as Error).name !== "Error") throw error;
  }
  await child.status;
}

/** Path -> change of every file and folder in these folders of the clone; half-written ones too. */
function entriesOf(folders: readonly string[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const folder of folders) {
    try {
      for (const { name } of Deno.readDirSync(join(tree, folder))) {
        const path = join(folder, name);
        const info = Deno.statSync(join(tree, path));
        if (info.isFile) entries.set(path, `${info.ino} ${info.mtime?.getTime()}`);
      }
    } catch {
      // It is not there yet, or the file was renamed meanwhile.
    }
  }
  return entries;
}

async function inPeace(args: readonly string[]): Promise<void> {
  await must(Deno.execPath(), ctsurv(args), tree);
}

async function must(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(command, { args: [...args], cwd, stdout: "null", stderr: "piped" })
    .output();
  if (code !== 0) {
    throw new Error(`${command} ${args.join(" ")}: exit code ${code}\n${new TextDecoder().decode(stderr)}`);
  }
}

/** Path -> hash of all results; without what names measured seconds, or pages made of them. */
async function results(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const run of ["phantom-lung1-smoke", "kills-smoke"]) {
    for (const [path, hash] of Object.entries(await folderContents(join(tree, "outputs", run)))) {
      if (!/(\.html|(cost|run)\.(json|md)|\.partial|\.log|verdicts\.\w+)$/.test(path)) found[join(run, path)] = hash;
    }
  }
  return found;
}

async function log(line: string): Promise<void> {
  console.log(line);
  if (logPath !== undefined) await Deno.writeTextFile(logPath, `${line}\n`, { append: true });
}
