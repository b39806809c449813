/**
 * How time and memory of each step of a study grow with the cohort, to 10,000 made-up patients. `--help` says how to call
 * it. What was measured is not measured again, unless it is named.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fileExists, ignoreNotFound, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { environment } from "@ctsurv/report/results/provenance.ts";
import { writeBetween } from "../protocol/table.ts";
import { FEATURES, SLICES } from "./made_up.ts";
import { type GrowthRecord, type GrowthStep, growthSteps, SIZES, type StepTaken } from "./steps.ts";
import { growthTable } from "./table.ts";

const HELP = `deno run -A bench/growth/main.ts
  --steps A,B     measure these steps again (default: those that were not measured)
  --work DIR      made-up cohorts and caches (default: a temporary folder)
  --output FILE   the record (default: outputs/growth/growth.json)
  --table         write the table of docs/COHORTS.md from the record, and end
  --list          say which steps there are, and end`;

/** The steps that open the cohort that `import` leaves. */
const COHORT_STEPS: readonly GrowthStep[] = ["open", "slices", "features"];
const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  options: {
    steps: { type: "string" },
    work: { type: "string" },
    output: { type: "string", default: "outputs/growth/growth.json" },
    table: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

try {
  if (values.help) console.log(HELP);
  else if (values.list) console.log(Object.keys(growthSteps).join("\n"));
  else await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}

async function main(): Promise<void> {
  const output = resolve(values.output);
  if (!values.table) await measure(output);
  const record = await readRecord(output);
  if (!record) throw new InputError(`${output}: there is no record`);
  const text = growthTable(record);
  console.log(text);
  if (output === join(root, "outputs/growth/growth.json")) await writeBetween(root, "docs/COHORTS.md", "growth", text);
}

async function measure(output: string): Promise<void> {
  const work = values.work === undefined ? await Deno.makeTempDir({ prefix: "ctsurv-growth-" }) : resolve(values.work);
  const asked = chosenSteps(values.steps);
  for (const size of SIZES) {
    const folder = join(work, `${size}`);
    await Deno.mkdir(folder, { recursive: true });
    const known = (await readRecord(output))?.steps;
    const wanted = (Object.keys(growthSteps) as GrowthStep[]).filter((step) =>
      asked ? asked.includes(step) : known?.[step]?.[size] === undefined
    );
    const lacksCohort = wanted.some((step) => COHORT_STEPS.includes(step)) && !await fileExists(join(folder, "cohort"));
    const steps: readonly GrowthStep[] = lacksCohort ? [...new Set<GrowthStep>(["import", ...wanted])] : wanted;
    for (const step of steps) await keep(output, step, size, await runStep(step, size, folder));
  }
  if (values.work === undefined) await Deno.remove(work, { recursive: true });
}

async function runStep(step: GrowthStep, size: number, folder: string): Promise<StepTaken> {
  const path = join(folder, `${step}.json`);
  const module = fileURLToPath(new URL("./step.ts", import.meta.url));
  const args = ["run", "-A", "--frozen", module, step, `${size}`, folder, path];
  const { code } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (code !== 0) throw new InputError(`${step} of ${size} patients ended with exit code ${code}`);
  const taken: StepTaken = JSON.parse(await Deno.readTextFile(path));
  console.error(`${step}, ${size} patients: ${taken.cpuSeconds} s, ${taken.megabytes} MB`);
  return taken;
}

async function keep(output: string, step: GrowthStep, size: number, taken: StepTaken): Promise<void> {
  const { versions, machine } = await environment();
  const steps = (await readRecord(output))?.steps ?? {};
  const record: GrowthRecord = {
    kind: "growth",
    slices: SLICES,
    features: FEATURES,
    steps: { ...steps, [step]: { ...steps[step], [size]: taken } },
    versions,
    machine,
  };
  await Deno.mkdir(dirname(output), { recursive: true });
  await writeAtomic(output, JSON.stringify(record, null, 2) + "\n");
}

async function readRecord(output: string): Promise<GrowthRecord | undefined> {
  const text = await Deno.readTextFile(output).catch(ignoreNotFound);
  return text === undefined ? undefined : JSON.parse(text);
}

function chosenSteps(text: string | undefined): readonly GrowthStep[] | undefined {
  const wanted = text?.split(",").map((name) => name.trim());
  const unknown = wanted?.find((name) => !Object.hasOwn(growthSteps, name));
  if (unknown === undefined) return wanted as GrowthStep[] | undefined;
  throw new InputError(`--steps: there is no step "${unknown}": choose of ${Object.keys(growthSteps).join(", ")}`);
}
