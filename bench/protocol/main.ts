/**
 * The protocol `paper`, stage by stage, on phantoms with every slice, and what each stage took. `--help` says how to call
 * it. A stage whose record is there is not run again, so that work can stop between stages and go on later.
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fileExists, freeDisk, InputError } from "@ctsurv/base/mod.ts";
import type { StageOrder } from "./stage.ts";
import { ALL_FOLDS, ALL_PATIENTS, chosenStages, OUTPUT, recordPath, stageNames } from "./stages.ts";
import { readRecords } from "./records.ts";
import { DOCS, stagesTable, writeBetween } from "./table.ts";

const HELP = `deno run -A bench/protocol/main.ts
  --patients N    phantoms; fewer than ${ALL_PATIENTS} are labelled and extrapolated (default: ${ALL_PATIENTS})
  --stages A,B    only these stages, or kinds of stages such as features (default: all)
  --folds K       train only the first K of ${ALL_FOLDS} folds, one after the other (default: all, as many as there are
                  cores at a time)
  --work DIR      cohorts, cache and what killed attempts took (default: data/cache/protocol)
  --output DIR    records of stages (default: ${OUTPUT})
  --table         write the table of ${DOCS} from the records, and end
  --list          say which stages there are, and end`;

/** Disk that is left to others, bytes. */
const LEAST_DISK = 5e9;
const root = fileURLToPath(new URL("../../", import.meta.url));

const { values } = parseArgs({
  options: {
    patients: { type: "string", default: `${ALL_PATIENTS}` },
    stages: { type: "string" },
    folds: { type: "string", default: `${ALL_FOLDS}` },
    work: { type: "string", default: "data/cache/protocol" },
    output: { type: "string", default: OUTPUT },
    table: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (text: string) => console.error(text);

try {
  if (values.help) console.log(HELP);
  else if (values.list) console.log(stageNames.join("\n"));
  else {
    if (!values.table) await measureStages();
    await writeTable();
  }
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  say(error.message);
  Deno.exit(2);
}

async function measureStages(): Promise<void> {
  const [patients, folds] = [wholeNumber("patients", 1, 999), wholeNumber("folds", 1, ALL_FOLDS)];
  const [work, output] = [resolve(values.work), resolve(values.output)];
  for (const stage of chosenStages(values.stages)) {
    const path = recordPath(output, stage, patients);
    if (await fileExists(path)) {
      say(`${stage}: there already`);
      continue;
    }
    if (await freeDisk(work) < LEAST_DISK) throw new InputError(`${work} has less than 5 GB free: ${stage} not begun`);
    say(`${stage} …`);
    await runStage({ stage, patients, folds, work, output });
    const { cpuSeconds, wallSeconds, peakMegabytes } = JSON.parse(await Deno.readTextFile(path));
    say(`${stage}: ${cpuSeconds} s of processors, ${wallSeconds} s by the clock, ${peakMegabytes} MB`);
  }
}

/** Runs a stage in a process of its own, so that its time and memory are its own. */
async function runStage(order: StageOrder): Promise<void> {
  const module = fileURLToPath(new URL("./stage.ts", import.meta.url));
  const args = ["run", "-A", "--frozen", module, JSON.stringify(order)];
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: root, stdout: "null" }).spawn().status;
  if (code !== 0) throw new InputError(`${order.stage} ended with exit code ${code}. Start again to go on from there`);
}

async function writeTable(): Promise<void> {
  const records = await readRecords(resolve(values.output));
  // Records of trials elsewhere are not those that the documentation shows.
  if (resolve(values.output) !== join(root, OUTPUT)) return console.log(stagesTable(records));
  await writeBetween(root, DOCS, "protocol", stagesTable(records));
}

function wholeNumber(option: "patients" | "folds", least: number, most: number): number {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new InputError(`--${option} takes a whole number from ${least} to ${most}, not "${values[option]}"`);
}
