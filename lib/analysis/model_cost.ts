import { float32, isSpec, leaves, type TensorSpec, type tf, traceMacs, type Tree } from "@ctsurv/engine/mod.ts";
import {
  aggregate,
  type AggregationChoice,
  type BackboneArchitecture,
  deepHit,
  finalBlockNames,
  linear,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";

/** What a network sees of a patient, and what becomes of it. */
export interface CostInput {
  readonly slices: number;
  /** Rows and columns. @default {the architecture's} */
  readonly size?: number;
  /** How the slices become one vector; of a volume there is but one. @default {gated attention} */
  readonly aggregation?: AggregationChoice;
}

/** What a model costs for one patient, from its traced graph. A MAC is one multiplication and one addition. */
export interface ModelCost {
  /** The backbone, as on the command line: `efficientnet_b0`. */
  readonly model: string;
  readonly name: string;
  readonly input: BackboneArchitecture["input"];
  readonly slices: number;
  /** Rows and columns. */
  readonly size: number;
  /** From a slice to its 256 numbers; of a network of volumes, the share of one slice. */
  readonly macsPerSlice: number;
  /** Of all slices, or of the volume: the cost of a patient without aggregation and DeepHit. */
  readonly macsOfImages: number;
  /** Everything, aggregation and DeepHit included. A volume is one embedding: there is nothing to aggregate. */
  readonly macsPerPatient: number;
  /** Learnable numbers of the backbone as published, its own classifier included. */
  readonly parameters: number;
  /** Those on the way to the features that are used here, without the classifier. */
  readonly parametersUsed: number;
  /** Numbers that training changes. */
  readonly trainable: {
    /** The new linear layer to 256 and all that follows it. */
    readonly finalLayer: number;
    /** Those and the backbone's final block. */
    readonly finalBlock: number;
  };
  /** MACs of one slice, or of the volume, to the logits of the backbone's own classifier, as libraries count them. */
  readonly macsOfLogits: number;
}

/**
 * Traces a backbone and the head on it, without weights and without running anything.
 *
 * @throws {InputError} If the images are too small for the backbone.
 */
export function modelCost(
  architecture: BackboneArchitecture,
  { slices, size = architecture.size, aggregation = { kind: "gated" } }: CostInput,
): ModelCost {
  const { name: model, title: name, input, features, forwardFeatures, logits } = architecture;
  const isVolume = input === "volume";
  const head = survivalHeadSpec({ backboneFeatures: features, aggregation });
  const trained = isVolume ? { embedding: head.embedding, survival: head.survival } : head;
  const images = {
    x: float32(...(isVolume ? [1, slices] : [1]), size, size, 3),
    parameters: architecture.spec() as object,
    embedding: head.embedding,
  };
  const macsOfExtraction = traceMacs(
    ({ x, parameters, embedding }) => linear(forwardFeatures(x, parameters as Tree<tf.Tensor>), embedding),
    images,
  );
  const macsOfImages = isVolume ? macsOfExtraction : slices * macsOfExtraction;
  const width = head.embedding.bias.shape[0]!;
  const macsOfSurvival = traceMacs(({ z, layers }) => deepHit(z as tf.Tensor2D, layers), {
    z: float32(1, width),
    layers: head.survival,
  });
  const macsOfAggregation = isVolume ? 0 : traceMacs(
    ({ h, membership, layers }) => aggregate(h, membership, layers).patient,
    { h: float32(slices, width), membership: float32(1, slices), layers: head.aggregation },
  );

  const learnable = sizes(architecture.spec()).filter(({ path }) => !/\.running_(mean|var)$/.test(path));
  const classifier = architecture.classifier.map((stage) => `${stage.name}.`);
  const block = new Set(finalBlockNames(architecture));
  const finalLayer = total(sizes(trained));
  return {
    model,
    name,
    input,
    slices,
    size,
    macsPerSlice: macsOfImages / slices,
    macsOfImages,
    macsPerPatient: macsOfImages + macsOfAggregation + macsOfSurvival,
    parameters: total(learnable),
    parametersUsed: total(learnable.filter(({ path }) => !classifier.some((stage) => path.startsWith(stage)))),
    trainable: { finalLayer, finalBlock: finalLayer + total(learnable.filter(({ path }) => block.has(path))) },
    macsOfLogits: traceMacs(({ x, parameters }) => logits(x, parameters as Tree<tf.Tensor>), images),
  };
}

interface Size {
  readonly path: string;
  readonly size: number;
}

function sizes(spec: object): Size[] {
  return leaves(spec as Tree<TensorSpec>, isSpec).map(({ path, value: { shape } }) => ({
    path,
    size: shape.reduce((product, dim) => product * dim, 1),
  }));
}

function total(parameters: readonly Size[]): number {
  return parameters.reduce((sum, { size }) => sum + size, 0);
}
