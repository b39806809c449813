import { join } from "node:path";
import {
  checkOutputFolder,
  fileExists,
  formatSeconds,
  InputError,
  terminalProgress,
  writeAtomic,
} from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { encodePhantomBackbone, phantomBackbone } from "@ctsurv/features/mod.ts";
import { scoreBackbone, type TissueScores, trainBackbone } from "@ctsurv/features/training/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import { decodeSafetensors } from "@ctsurv/weights/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** Steps between two lines of progress. */
const REPORT_EVERY = 20;
/** Phantoms for training and evaluation use other seeds, from 6e9 on. */
const SEEDS = 1e9;
const FILES = {
  backbone: "efficientnet_b0_phantom.safetensors",
  evaluation: "evaluation.json",
} as const;

/** `ctsurv train-backbone`: trains the shipped EfficientNet-B0 again. */
export const trainBackboneCommand: Command = {
  name: "train-backbone",
  summary: "Train the upper stages of EfficientNet-B0 on phantoms and evaluate it.",
  options: {
    output: { describe: `folder for ${Object.values(FILES).join(", ")}`, value: "DIR", required: true },
    steps: { describe: "training steps, each on a batch of 16 crops", value: "N", default: "600" },
    seed: { describe: `seed of the crops, below ${SEEDS}`, value: "S", default: "1" },
    phantoms: { describe: "phantoms for the evaluation", value: "N", default: "40" },
    weights: { describe: "a folder that this command wrote, to evaluate instead of training", value: "DIR" },
  },
  async run({ options, environment = readEnvironment() }) {
    const steps = parseWholeNumber("steps", String(options.steps));
    const seed = parseWholeNumber("seed", String(options.seed));
    const phantoms = parseWholeNumber("phantoms", String(options.phantoms ?? "40"));
    if (steps < 1) throw new InputError("--steps is 0; training needs 1 or more steps");
    if (phantoms < 2) throw new InputError(`--phantoms is ${phantoms}; an evaluation needs 2 or more`);
    if (seed >= SEEDS) {
      throw new InputError(`--seed is ${seed}; it must be below ${SEEDS}, so that no two trainings share phantoms`);
    }
    const output = String(options.output);
    await checkOutputFolder(output);
    const given = typeof options.weights === "string" ? await readTrained(options.weights) : undefined;
    const engine = await openEngine(environment);
    const file = given ?? await train(engine, steps, seed);
    // Only a file on disk can be evaluated as it will be read: in float16, by the reader of every other file of weights.
    await writeAtomic(join(output, FILES.backbone), file);
    const evaluation = await evaluate(engine, output, phantoms);
    await writeAtomic(join(output, FILES.evaluation), JSON.stringify(evaluation, null, 2) + "\n");
    return { text: describe(evaluation.unseen, output), json: evaluation };
  },
};

async function readTrained(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, FILES.backbone);
  if (!await fileExists(path)) throw new InputError(`--weights ${folder}: it has no ${FILES.backbone}`);
  return await Deno.readFile(path);
}

/** Trains a network, reports its loss on stderr, and encodes it with the facts of its training. */
async function train(engine: Engine, steps: number, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let recent: number[] = [];
  let loss = NaN;
  const { parameters } = await trainBackbone(engine, {
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
  const metadata = {
    title: "EfficientNet-B0, stages 4 to 8 trained by ctsurv on phantoms alone",
    licence: "MIT",
    steps: String(steps),
    seed: String(seed),
    loss: loss.toFixed(4),
    seconds: elapsed().toFixed(0),
    engine: engine.description,
  };
  return encodePhantomBackbone(parameters, metadata);
}

async function evaluate(engine: Engine, folder: string, patients: number) {
  const backbone = await phantomBackbone(join(folder, FILES.backbone));
  const file = await Deno.readFile(join(folder, FILES.backbone));
  const { metadata } = decodeSafetensors(file, join(folder, FILES.backbone));
  const segmenter = await openLungs(engine);
  const progress = terminalProgress();
  progress.start("evaluating on phantoms", patients);
  const unseen = await scoreBackbone(engine, backbone, {
    segmenter,
    patients,
    onPatient: () => progress.tick(),
  });
  progress.done();
  await segmenter.dispose();
  return {
    sha256: backbone.source.sha256,
    segmenter: segmenter.name,
    training: Object.fromEntries(metadata),
    unseen,
  };
}

function describe(
  { phantoms, slices, tumour, lung, height, density }: TissueScores,
  output: string,
) {
  const r = (value: number) => value.toFixed(3);
  return [
    `r over ${slices} slices of ${phantoms} unseen phantoms: tumour area ${r(tumour)}, lung area ${r(lung)}, height ` +
    `${r(height)}, density x area ${r(density)}`,
    `written to ${output}: ${Object.values(FILES).join(", ")}`,
  ].join("\n");
}
