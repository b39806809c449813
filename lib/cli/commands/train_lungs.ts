import { basename, join } from "node:path";
import { checkOutputFolder, formatSeconds, InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { decodeUNet, encodeUNet, type NetworkLungs, unetLungs } from "@ctsurv/lungs/mod.ts";
import {
  type Agreement,
  compareOnScan,
  type PhantomScore,
  scorePhantoms,
  trainUNet,
} from "@ctsurv/lungs/training/mod.ts";
import { openEngine, readEnvironment } from "@ctsurv/study/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** Steps between two lines of progress. */
const REPORT_EVERY = 50;
const PHANTOMS = 20;
/** Phantoms for training and evaluation use the seeds from here on. */
const SEEDS = 1e9;

/** `ctsurv train-lungs`: trains the lung U-Net again. */
export const trainLungs: Command = {
  name: "train-lungs",
  summary: "Train the lung U-Net on phantoms and evaluate it.",
  options: {
    output: { describe: "folder for unet.safetensors and evaluation.json", value: "DIR", required: true },
    steps: { describe: "training steps, each on a batch of 8 slices", value: "N", default: "2400" },
    seed: { describe: `seed of weights and slices, below ${SEEDS}`, value: "S", default: "1" },
    weights: { describe: "a file of weights to evaluate, instead of training", value: "FILE" },
    real: { describe: "folder of CTs on which to compare the U-Net with the threshold method", value: "DIR" },
  },
  async run({ options, environment = readEnvironment() }) {
    const steps = parseWholeNumber("steps", String(options.steps));
    const seed = parseWholeNumber("seed", String(options.seed));
    if (steps < 1) throw new InputError("--steps is 0; training needs 1 or more steps");
    if (seed >= SEEDS) {
      throw new InputError(
        `--seed is ${seed}; it must be below ${SEEDS}, because the phantoms use the seeds from there on`,
      );
    }
    const output = String(options.output);
    await checkOutputFolder(output);
    const scans = typeof options.real === "string" ? await listScans(options.real) : [];
    const engine = await openEngine(environment);
    const given = typeof options.weights === "string" ? await readFile(options.weights) : undefined;
    const file = given ?? await train(engine, steps, seed);
    const weights = decodeUNet(file, String(options.weights ?? "the trained network"));
    const segmenter = await unetLungs(engine, { weights });
    const patients = await score(segmenter);
    const summary = { unet: summarise(patients, "unet"), threshold: summarise(patients, "threshold") };
    const real = await compare(segmenter, scans);
    await segmenter.dispose();
    const evaluation = {
      sha256: weights.sha256,
      segmenter: segmenter.name,
      training: Object.fromEntries(weights.metadata),
      phantoms: { summary, patients },
      ...(scans.length > 0 ? { real } : {}),
    };
    await writeAtomic(join(output, "unet.safetensors"), file);
    await writeAtomic(join(output, "evaluation.json"), JSON.stringify(evaluation, null, 2) + "\n");
    const text = [
      `Dice on ${PHANTOMS} phantoms: U-Net ${describeScores(summary.unet)}, threshold ${
        describeScores(summary.threshold)
      }`,
      ...Object.entries(real).map(([name, result]) => describeScan(name, result)),
      `written to ${output}: unet.safetensors, evaluation.json`,
    ].join("\n");
    return { text, json: evaluation };
  },
};

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`--weights ${path}: no such file`);
  }
}

/** Trains a network, reports its loss on stderr, and encodes it with the facts of its training. */
async function train(engine: Engine, steps: number, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let recent: number[] = [];
  let loss = NaN;
  const parameters = await trainUNet(engine, {
    steps,
    seed,
    onStep(step, stepLoss) {
      recent.push(stepLoss);
      if (step % REPORT_EVERY !== 0 && step !== steps) return;
      loss = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      recent = [];
      const left = formatSeconds(elapsed() / step * (steps - step));
      console.error(`training: step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${left} left`);
    },
  });
  return encodeUNet(parameters, {
    title: "ctsurv lung U-Net, trained on phantoms alone",
    licence: "MIT",
    steps: String(steps),
    seed: String(seed),
    loss: loss.toFixed(4),
    seconds: elapsed().toFixed(0),
    engine: engine.description,
  });
}

async function score(segmenter: NetworkLungs): Promise<PhantomScore[]> {
  const progress = terminalProgress();
  progress.start("evaluating on phantoms", PHANTOMS);
  const scores = await scorePhantoms(segmenter, { patients: PHANTOMS, onPatient: () => progress.tick() });
  progress.done();
  return scores;
}

interface Summary {
  readonly mean: number;
  readonly min: number;
}

function summarise(scores: readonly PhantomScore[], method: "unet" | "threshold"): Summary {
  const values = scores.map((score) => score[method]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: Number(mean.toFixed(4)), min: Math.min(...values) };
}

function describeScores({ mean, min }: Summary): string {
  return `${mean.toFixed(3)} (minimum ${min.toFixed(3)})`;
}

/** Every file and folder in a folder: each is one scan. */
async function listScans(folder: string): Promise<string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return names.filter((name) => !name.startsWith(".")).sort().map((name) => join(folder, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`--real ${folder}: no such folder`);
  }
}

/** The result for a scan: a comparison, or the reason why there is none. */
type ScanResult = Agreement | { readonly refused: string };

async function compare(segmenter: NetworkLungs, scans: readonly string[]): Promise<Record<string, ScanResult>> {
  const results: Record<string, ScanResult> = {};
  for (const path of scans) {
    const name = basename(path);
    try {
      const { volume } = await readVolume(path);
      results[name] = await compareOnScan(segmenter, volume, name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      results[name] = { refused: error.message.replaceAll(path, name) };
    }
  }
  return results;
}

function describeScan(name: string, result: ScanResult): string {
  if ("refused" in result) return `${name}: refused: ${result.refused}`;
  const describe = ({ millilitres, kept }: Agreement["unet"]) =>
    `${millilitres} mL, ${kept ? `${kept[2]} slices (${kept[0]} to ${kept[1]})` : "no slice"}`;
  const { dice, unet, threshold } = result;
  return `${name}: Dice between the two ${dice.toFixed(3)}; U-Net ${describe(unet)}; threshold ${describe(threshold)}`;
}
