/**
 * The protocol `paper` stage by stage, here and in PyTorch, on the same patients and cores in one run: slices, features
 * and folds of some backbones; and PyTorch's steps with the backbone in each of them, as in the authors' code. `--help`
 * says how to call it.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fileExists, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { followUp, sliceQueue } from "@ctsurv/features/mod.ts";
import { writeNpy } from "@ctsurv/imaging/mod.ts";
import { readNpy } from "@ctsurv/imaging/npy.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { environment } from "@ctsurv/report/results/provenance.ts";
import { openStudy, preprocessing, readEnvironment, type Study } from "@ctsurv/study/mod.ts";
import { binLabel } from "@ctsurv/survival/deephit/mod.ts";
import { stratifiedFolds } from "@ctsurv/training/mod.ts";
import type { StageOrder } from "../stage.ts";
import { ALL_FOLDS, recordPath, type StageRecord } from "../stages.ts";
import { writeBetween } from "../table.ts";
import { machineLoad, round, type Usage } from "../usage.ts";
import { type ComparedStage, type Comparison, comparisonTable, type UncachedSteps } from "./comparison.ts";

const OUTPUT = "outputs/protocol/pytorch.json";
const HELP = `deno run -A bench/protocol/pytorch/main.ts
  --patients N      phantoms (default: 40; 13 and more have enough deaths for ten folds)
  --backbones A,B   (default: efficientnet_b0,alexnet,resnet50)
  --folds K         train the first K of ${ALL_FOLDS} folds (default: ${ALL_FOLDS})
  --batches K       batches of four patients of an epoch with the backbone in each step (default: all)
  --work DIR        everything that is written (default: a temporary folder); with the same one, a run that was
                    killed goes on with the stages that are missing
  --output FILE     the record (default: ${OUTPUT})
  --table           write the table of docs/LUNG1.md from the record, and end
PyTorch, SimpleITK and SciPy run with CTSURV_PYTHON, or python3.`;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { values } = parseArgs({
  options: {
    patients: { type: "string", default: "40" },
    backbones: { type: "string", default: "efficientnet_b0,alexnet,resnet50" },
    folds: { type: "string", default: `${ALL_FOLDS}` },
    batches: { type: "string", default: "1000" },
    work: { type: "string" },
    output: { type: "string", default: OUTPUT },
    table: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const python = Deno.env.get("CTSURV_PYTHON") || "python3";

try {
  if (values.help) console.log(HELP);
  else await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
Deno.exit(0);

async function main(): Promise<void> {
  const output = resolve(values.output);
  if (!values.table) await writeAtomic(output, JSON.stringify(await compare(), null, 2) + "\n");
  const text = comparisonTable(JSON.parse(await Deno.readTextFile(output)));
  console.log(text);
  if (output === join(root, OUTPUT)) await writeBetween(root, "docs/LUNG1.md", "pytorch", text);
}

/** What PyTorch's stages need to know of a patient. */
interface PatientOrder {
  readonly id: string;
  readonly image: string;
  readonly bin: number;
  readonly event: 0 | 1;
  /** From 1. */
  readonly fold: number;
}

/** What one Python process says: what it took, and what it found. */
interface PythonStage extends Usage {
  readonly torch: string;
  readonly slices: number | null;
  readonly trained?: number;
}

async function compare(): Promise<Comparison> {
  const wanted = values.backbones.split(",");
  const unknown = wanted.find((name) => backbones[name]?.input !== "slice");
  if (unknown !== undefined) throw new InputError(`--backbones: there is no network of slices "${unknown}"`);
  const [patients, folds, batches] = [number("patients", 13), number("folds", 1), number("batches", 1)];
  const work = values.work === undefined ? await Deno.makeTempDir({ prefix: "ctsurv-pytorch-" }) : resolve(values.work);
  const [arrays, made] = [join(work, "arrays"), join(work, "pytorch")];
  for (const folder of [arrays, made]) await Deno.mkdir(folder, { recursive: true });
  const ours = async (stage: string): Promise<StageRecord> => {
    const records = join(work, "records");
    const path = recordPath(records, stage, patients);
    if (await fileExists(path)) return JSON.parse(await Deno.readTextFile(path));
    const order: StageOrder = { stage, patients, folds, work, output: records };
    const module = fileURLToPath(new URL("../stage.ts", import.meta.url));
    const args = ["run", "-A", "--frozen", module, JSON.stringify(order)];
    await finish(Deno.execPath(), args, stage);
    return JSON.parse(await Deno.readTextFile(path));
  };

  const load = { start: machineLoad(), end: 0 };
  await ours("phantoms");
  const study = await openPhantoms(work, patients);
  const common = {
    patients: patientsOf(study),
    arrays,
    output: made,
    threads: navigator.hardwareConcurrency,
    unet: join(root, "data/lungs/unet.safetensors"),
    epochs: study.profile.epochs,
    compiled: false,
    folds,
    batches,
  };
  const theirs = async (kind: string, of: string): Promise<PythonStage> => {
    const path = join(made, `${kind}-${of}.json`);
    if (!await fileExists(path)) {
      const taken = await runPython(join(work, "order.json"), { ...common, kind, of });
      await writeAtomic(path, JSON.stringify(taken));
    }
    return JSON.parse(await Deno.readTextFile(path));
  };

  const stages: ComparedStage[] = [];
  const uncached: UncachedSteps[] = [];
  const add = async (stage: string, kind: string, of: string) => {
    const [here, there] = [await ours(stage), await theirs(kind, of)];
    stages.push({ stage, slices: there.slices, ours: usageOf(here), pytorch: usageOf(there) });
    console.error(`${stage}: ${here.cpuSeconds} s here, ${round(there.cpuSeconds)} s in PyTorch`);
    return there;
  };
  const { torch } = await add("slices", "slices", "");
  const agreement = await writeArrays(study, arrays, made);
  for (const of of wanted) {
    await add(`features-${of}`, "features", of);
    await add(`folds-${of}`, "folds", of);
    const steps = await theirs("uncached", of);
    uncached.push({ backbone: of, patients: steps.trained!, ...usageOf(steps) });
  }
  await study.segmenter.dispose();
  load.end = machineLoad();
  const { versions, machine: { cores, ...machine } } = await environment();
  return {
    ...{ kind: "protocol against PyTorch", patients, folds, epochs: common.epochs, cores, load, agreement },
    ...{ stages, uncached, torch, versions, machine },
  };
}

async function openPhantoms(work: string, patients: number): Promise<Study> {
  const cohort = join(work, `phantom-lung1-${patients}`);
  const environment = { ...readEnvironment(), profile: "paper", protocol: "paper", weights: "seeded", set: [], cohort };
  return await openStudy({ environment, cache: join(work, `cache-${patients}`), folder: join(work, "results") });
}

function patientsOf({ cohort, profile: { folds, foldSeed } }: Study): PatientOrder[] {
  const followed = cohort.patients.map(({ record }) => followUp(record));
  const testedIn = stratifiedFolds(followed.map(({ event }) => event), { folds, seed: foldSeed });
  return cohort.patients.map(({ id, image }, i) => ({ id, image, ...binLabel(followed[i]!), fold: testedIn[i]! + 1 }));
}

/** Writes our slices for PyTorch, and says how far its own agree with them. */
async function writeArrays(
  { cohort, segmenter, cache, protocol: { choices } }: Study,
  arrays: string,
  made: string,
): Promise<Comparison["agreement"]> {
  const settings = preprocessing(choices, cohort.manifest);
  const queue = sliceQueue(cohort.patients, { segmenter, folder: join(cache, "slices"), settings });
  let [sameSlices, sum, pixels] = [0, 0, 0];
  for (const { id } of cohort.patients) {
    const { slices, kept, size } = await queue.next();
    await writeNpy(join(arrays, `${id}.npy`), { data: slices, shape: [kept.length, size, size] });
    const { data, shape } = await readNpy(join(made, `${id}.slices.npy`));
    if (shape[0] !== kept.length) continue;
    sameSlices++;
    pixels += slices.length;
    for (let i = 0; i < slices.length; i++) sum += Math.abs(slices[i]! - Number(data[i]));
  }
  queue.close();
  return { sameSlices, meanDifference: Number((sum / pixels).toFixed(5)) };
}

async function runPython(path: string, order: object): Promise<PythonStage> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(order));
  const args = [fileURLToPath(new URL("./stage.py", import.meta.url)), path];
  return JSON.parse((await finish(python, args, "PyTorch")).trim().split("\n").at(-1)!);
}

/** Runs a program to its end; what it wrote on stdout. */
async function finish(program: string, args: readonly string[], what: string): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd: root, stdout: "piped", stderr: "inherit" });
  const { code, stdout } = await command.output();
  if (code !== 0) throw new InputError(`${what} ended with exit code ${code}`);
  return new TextDecoder().decode(stdout);
}

function usageOf({ wallSeconds, cpuSeconds, peakMegabytes }: Usage): Usage {
  return { wallSeconds: round(wallSeconds), cpuSeconds: round(cpuSeconds), peakMegabytes: Math.round(peakMegabytes) };
}

function number(option: "patients" | "folds" | "batches", least: number): number {
  const value = Number(values[option]);
  if (Number.isInteger(value) && value >= least) return value;
  throw new InputError(`--${option} takes a whole number from ${least}, not "${values[option]}"`);
}
