import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { createBackbone, pretrainedBackbone, type View } from "@ctsurv/features/mod.ts";
import type { PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import {
  type Backbone,
  type BackboneArchitecture,
  backboneStatistics,
  finalBlockNames,
  findBackbone,
  seededBackbone,
  type SurvivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { HORIZON_MONTHS, survivalLosses, type SurvivalLossName } from "@ctsurv/survival/mod.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  findPretrained,
  refuseBadNumbers,
  type SafetensorsEntry,
} from "@ctsurv/weights/mod.ts";
import type { FinalBlock } from "../fine_tuning/final_block_features.ts";
import { shapeForLoss } from "../losses/head_for_loss.ts";
import { formatDescription, type ModelDescription, parseDescription } from "./_model_description.ts";

/** The data and settings of a model's training, for people and for provenance. */
export interface TrainedOn {
  /** Name of the cohort. */
  readonly cohort: string;
  /** Number of patients. */
  readonly patients: number;
  /** How many of them died within the horizon. */
  readonly events: number;
  /** Name of the study's profile, such as `paper`. */
  readonly profile: string;
  /** Name of its protocol, such as "paper, initialisation=xavier"; models of ctsurv 0.1 have none. */
  readonly protocol?: string;
  /** Passes over all patients. */
  readonly epochs: number;
  /** Probability of dropout after each hidden layer of DeepHit; files of versions that did not record it have none. */
  readonly dropout?: number;
  /** Name of the lung segmentation that made the slices; prediction uses the same. */
  readonly segmenter: string;
}

/** A backbone and a trained head: everything that predicts survival from slices. */
export interface SurvivalModel {
  /** The frozen network. */
  readonly backbone: Backbone;
  /** The slices of each patient that the backbone saw in training; prediction takes the same view. */
  readonly view: View;
  /** What differs from the usual preprocessing; prediction does the same. @default {nothing} */
  readonly preprocessing?: Pick<PreprocessSettings, "interpolation" | "interior" | "leastLungVolume">;
  /** Sizes and kinds of the head; fields that are left out have the paper's values. */
  readonly shape: Omit<SurvivalHeadShape, "backboneFeatures">;
  /** Whether the head was trained with the constant logit of the tail; prediction reads its logits accordingly. */
  readonly tail: boolean;
  /** The loss of the training, which decides what the head's outputs mean. @default {"deephit"} */
  readonly loss?: SurvivalLossName;
  /** Trained embedding, aggregation and DeepHit. */
  readonly head: SurvivalHead<HostTensor>;
  /** The backbone's last block, if it was trained with the head; it replaces the backbone's own. */
  readonly finalBlock?: FinalBlock<HostTensor>;
  /** The data and settings of the training. */
  readonly trainedOn: TrainedOn;
}

type Entries = ReadonlyMap<string, SafetensorsEntry>;
const isHost = isSpec as (node: unknown) => node is HostTensor;

/**
 * Writes a model as a safetensors file: the head, and the final block if it was trained. A seeded backbone is stored as
 * its seed and the statistics of its calibration, any other as the name and hash of its file.
 *
 * @throws {InputError} If the head has a size that {@linkcode loadModel} would refuse or numbers that are not finite, or
 *   the disk is full.
 */
export async function saveModel(path: string, model: SurvivalModel): Promise<void> {
  const { backbone, head, finalBlock } = model;
  const { source } = backbone;
  const named = new Map([
    ...leaves(head as unknown as Tree<HostTensor>, isHost).map(({ path, value }) => [`head.${path}`, value] as const),
    ...Object.entries(finalBlock ?? {}).map(([name, value]) => [`finalBlock.${name}`, value] as const),
    ...[...source.kind === "seeded" ? backboneStatistics(backbone) : []].map(([name, value]) =>
      [`backbone.${name}`, value] as const
    ),
  ].map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]));
  for (const [name, { data }] of named) refuseBadNumbers(data, name, path);
  await writeAtomic(path, encodeSafetensors(named, describeModel(model)));
}

/** What a file says of a model besides its weights: text by name, for the metadata of the file. */
export function describeModel(model: SurvivalModel): Record<string, string> {
  const { backbone, view, preprocessing, shape, tail, loss = "deephit", finalBlock, trainedOn } = model;
  const { architecture, source } = backbone;
  if (source.kind === "external") {
    throw new InputError(
      `${architecture.title} is not a network but its features: a model of it cannot be applied to scans`,
    );
  }
  return formatDescription({
    // A version that knows one loss only must not read the outputs of another as DeepHit's.
    format: loss === "deephit" ? "ctsurv model 3" : "ctsurv model 4",
    backbone: { ...source, name: architecture.name },
    view,
    head: shape,
    tail,
    ...loss !== "deephit" && { loss },
    finalBlock: finalBlock !== undefined,
    ...preprocessing && { preprocessing },
    trainedOn,
  });
}

/** Options of {@linkcode loadModel}. */
export interface LoadModelOptions {
  /** Where the pretrained weights of its backbone are kept. @default {`defaultWeightsFolder()`} */
  readonly weightsFolder?: string;
}

/**
 * Reads a model that {@linkcode saveModel} wrote. The file must hold exactly the weights of its description.
 *
 * @param engine Computes the weights of a seeded backbone.
 * @throws {InputError} If there is no such file, it is no model, or its backbone's weights are missing or are not those
 *   it was trained with.
 */
export async function loadModel(
  path: string,
  engine: Engine,
  { weightsFolder }: LoadModelOptions = {},
): Promise<SurvivalModel> {
  const file = await Deno.readFile(path).catch((error: Error) => {
    throw new InputError(`Cannot read the model ${path}: ${error.message}`);
  });
  const content = decodeSafetensors(file, path);
  const description = parseDescription(content, path);
  const { view, head: shape, tail, loss, preprocessing, trainedOn } = description;
  const parts = ["head.", "finalBlock.", ...description.backbone.kind === "seeded" ? ["backbone."] : []];
  const stranger = [...content.tensors.keys()].find((name) => !parts.some((part) => name.startsWith(part)));
  if (stranger !== undefined) throw noPart(stranger, path);
  const architecture = findBackbone(description.backbone.name);
  if (view.kind !== architecture.input || (view.kind === "slice" && view.size !== architecture.size)) {
    throw new InputError(`${path}: ${architecture.title} does not take a ${view.kind} of ${view.size} x ${view.size}`);
  }
  const spec = headSpec({ ...shape, backboneFeatures: architecture.features }, loss, path);
  const head = readTree(content.tensors, "head.", spec as unknown as Tree<HostTensor>, path);
  const block = description.finalBlock ? blockSpec(architecture) : {};
  const finalBlock = readTree(content.tensors, "finalBlock.", block, path) as FinalBlock<HostTensor>;
  const backbone = await loadBackbone(content.tensors, architecture, description, engine, path, weightsFolder);
  return {
    backbone,
    view,
    ...preprocessing && { preprocessing },
    shape,
    tail,
    ...loss !== undefined && { loss },
    head: head as unknown as SurvivalHead<HostTensor>,
    ...description.finalBlock && { finalBlock },
    trainedOn,
  };
}

function headSpec(
  shape: SurvivalHeadShape,
  kind: SurvivalLossName = "deephit",
  path: string,
): SurvivalHead<TensorSpec> {
  try {
    const spec = survivalHeadSpec(shapeForLoss(shape, { kind }));
    return survivalLosses[kind].hasBaseline ? { ...spec, baseline: float32(HORIZON_MONTHS + 1) } : spec;
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}

async function loadBackbone(
  tensors: Entries,
  architecture: BackboneArchitecture,
  { backbone: { name, sha256, ...source } }: ModelDescription,
  engine: Engine,
  path: string,
  weightsFolder?: string,
): Promise<Backbone> {
  const found = source.kind === "pretrained"
    ? await pretrainedBackbone(architecture, await findPretrained(name, weightsFolder))
    : source.kind === "phantom"
    ? await createBackbone(name, engine, { weights: "phantom" })
    : await seededBackbone(architecture, engine, {
      seed: source.seed,
      statistics: new Map(
        entriesOf(tensors, "backbone.").map(([name, entry]) =>
          [name, toHost(entry, entry.shape, `backbone.${name}`, path)] as const
        ),
      ),
    });
  if (found.source.sha256 !== sha256) {
    throw new InputError(
      `${path}: the backbone's weights are not those that the model was trained with. Train the model again`,
    );
  }
  return found;
}

/** The trained parameters of a final block, in their shapes. */
function blockSpec(architecture: BackboneArchitecture): Tree<HostTensor> {
  const names = new Set(finalBlockNames(architecture));
  const own = leaves(architecture.spec() as Tree<HostTensor>, isHost).filter(({ path }) => names.has(path));
  return Object.fromEntries(own.map(({ path, value }) => [path, value]));
}

/** The entries under a prefix as a tree of the same shapes. */
function readTree(tensors: Entries, prefix: string, spec: Tree<HostTensor>, path: string): Tree<HostTensor> {
  const known = new Set(leaves(spec, isHost).map(({ path }) => path));
  const stranger = entriesOf(tensors, prefix).find(([name]) => !known.has(name));
  if (stranger) throw noPart(prefix + stranger[0], path);
  return mapTree(spec, isHost, ({ shape }, name) => toHost(tensors.get(prefix + name), shape, prefix + name, path));
}

function noPart(name: string, path: string): InputError {
  return new InputError(`${path}: ${name} is not part of the model that the file describes`);
}

function entriesOf(tensors: Entries, prefix: string): (readonly [name: string, entry: SafetensorsEntry])[] {
  return [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, entry]) =>
    [name.slice(prefix.length), entry] as const
  );
}

function toHost(entry: SafetensorsEntry | undefined, shape: readonly number[], name: string, path: string): HostTensor {
  if (!entry || entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
    const found = entry ? `${entry.dtype} [${entry.shape}]` : "none";
    throw new InputError(`${path}: expected ${name} F32 [${shape}], found ${found}`);
  }
  const data = new Float32Array(entry.bytes.buffer);
  refuseBadNumbers(data, name, path);
  return hostTensor(data, shape);
}
