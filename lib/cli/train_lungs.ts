import { basename, join } from "node:path";
import { formatSeconds, InputError, terminalProgress, writeAtomic } from "@ctsurv/common/mod.ts";
import { createEngine, type Engine } from "@ctsurv/engine/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { decodeUNet, encodeUNet, type NetworkLungs, unetLungs } from "@ctsurv/segmentation/mod.ts";
import {
  type Agreement,
  compareOnScan,
  type PhantomScore,
  scorePhantoms,
  trainUNet,
} from "@ctsurv/segmentation/training/mod.ts";
import type { Command } from "./command.ts";
import { parseWholeNumber } from "./parse_whole_number.ts";

/** Steps between two lines of progress. */
const REPORT_EVERY = 50;
const PHANTOMS = 20;

/** `ctsurv train-lungs`: makes the lung U-Net anew. */
export const trainLungs: Command = {
  name: "train-lungs",
  summary: "Train the lung U-Net on phantoms, and evaluate it.",
  options: {
    output: { describe: "folder for unet.safetensors and evaluation.json", value: "DIR", required: true },
    steps: { describe: "batches of 8 slices to train on", value: "N", default: "2400" },
    seed: { describe: "of weights and slices, below 1000000000", value: "S", default: "1" },
    real: { describe: "folder of CTs on which to compare with the threshold method", value: "DIR" },
  },
  async run({ options }) {
    const steps = parseWholeNumber("steps", String(options.steps));
    const seed = parseWholeNumber("seed", String(options.seed));
    if (steps < 1) throw new InputError("--steps is 0; a training takes 1 or more");
    if (seed >= 1e9) {
      throw new InputError(`--seed is ${seed}; it must be below 1000000000, to keep clear of other phantoms`);
    }
    const scans = typeof options.real === "string" ? await listScans(options.real) : [];
    const engine = await createEngine();
    const { file, lastLoss, seconds } = await train(engine, steps, seed);
    const segmenter = await unetLungs(engine, { weights: decodeUNet(file, "the new weights") });
    const phantoms = await score(segmenter);
    const real = await compare(segmenter, scans);
    const evaluation = {
      sha256: decodeUNet(file, "the new weights").sha256,
      training: { steps, seed, loss: lastLoss, seconds: Math.round(seconds), engine: engine.description },
      phantoms: {
        summary: { unet: summarise(phantoms, "unet"), threshold: summarise(phantoms, "threshold") },
        patients: phantoms,
      },
      ...(scans.length > 0 ? { real } : {}),
    };
    await segmenter.dispose();
    const output = String(options.output);
    await writeAtomic(join(output, "unet.safetensors"), file);
    await writeAtomic(join(output, "evaluation.json"), JSON.stringify(evaluation, null, 2) + "\n");
    const { unet, threshold } = evaluation.phantoms.summary;
    const text = [
      `${steps} steps in ${formatSeconds(seconds)}, loss ${lastLoss.toFixed(4)}`,
      `Dice on ${PHANTOMS} phantoms: U-Net ${unet.mean.toFixed(4)} (least ${unet.min.toFixed(4)}), ` +
      `threshold ${threshold.mean.toFixed(4)} (least ${threshold.min.toFixed(4)})`,
      ...Object.entries(real).map(([name, result]) => describeScan(name, result)),
      `written to ${output}: unet.safetensors, evaluation.json`,
    ].join("\n");
    return { text, json: evaluation };
  },
};

async function train(engine: Engine, steps: number, seed: number) {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let recent: number[] = [];
  let lastLoss = NaN;
  const parameters = await trainUNet(engine, {
    steps,
    seed,
    onStep(step, loss) {
      recent.push(loss);
      if (step % REPORT_EVERY !== 0 && step !== steps) return;
      lastLoss = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      recent = [];
      const left = formatSeconds(elapsed() / step * (steps - step));
      console.error(`training: step ${step} of ${steps}, loss ${lastLoss.toFixed(4)}, ${left} left`);
    },
  });
  const file = encodeUNet(parameters, {
    format: "pt",
    title: "ctsurv lung U-Net",
    licence: "MIT",
    training: `phantoms only, ${steps} steps, seed ${seed}`,
  });
  return { file, lastLoss, seconds: elapsed() };
}

async function score(segmenter: NetworkLungs): Promise<PhantomScore[]> {
  const progress = terminalProgress();
  progress.start("evaluating on phantoms", PHANTOMS);
  const scores = await scorePhantoms(segmenter, { patients: PHANTOMS, onPatient: () => progress.tick() });
  progress.done();
  return scores;
}

function summarise(scores: readonly PhantomScore[], method: "unet" | "threshold") {
  const values = scores.map((score) => score[method]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: Number(mean.toFixed(4)), min: Math.min(...values) };
}

/** Every file and folder in a folder: each is one scan. */
async function listScans(folder: string): Promise<string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return names.filter((name) => !name.startsWith(".")).sort().map((name) => join(folder, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    throw new InputError(`--real ${folder}: no such folder`);
  }
}

type ScanResult = Agreement | { readonly refused: string };

async function compare(segmenter: NetworkLungs, scans: readonly string[]): Promise<Record<string, ScanResult>> {
  const results: Record<string, ScanResult> = {};
  for (const path of scans) {
    try {
      const { volume } = await readVolume(path);
      results[basename(path)] = await compareOnScan(segmenter, volume, path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      results[basename(path)] = { refused: error.message };
    }
  }
  return results;
}

function describeScan(name: string, result: ScanResult): string {
  if ("refused" in result) return `${name}: refused: ${result.refused}`;
  const describe = ({ millilitres, kept }: Agreement["unet"]) =>
    `${millilitres} mL, ${kept ? `${kept[2]} slices (${kept[0]} to ${kept[1]})` : "no slice"}`;
  return `${name}: Dice of the two ${result.dice}; U-Net ${describe(result.unet)}; threshold ${
    describe(result.threshold)
  }`;
}
