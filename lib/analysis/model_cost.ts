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

/** The input of a network for one patient, and its aggregation. */
export interface CostInput {
  /** Number of slices that the network sees. */
  readonly slices: number;
  /** Rows and columns in pixels. @default {the size of the architecture} */
  readonly size?: number;
  /** How the embeddings of the slices become one vector; a volume has only one. @default {gated attention} */
  readonly aggregation?: AggregationChoice;
}

/** The cost of a model for one patient, from its traced graph. A MAC is one multiplication and one addition. */
export interface ModelCost {
  /** The backbone, as on the command line: `efficientnet_b0`. */
  readonly model: string;
  /** Its title, as in the tables: `EfficientNetB0`. */
  readonly name: string;
  /** Whether the network takes single slices or volumes. */
  readonly input: BackboneArchitecture["input"];
  /** Number of slices. */
  readonly slices: number;
  /** Rows and columns in pixels. */
  readonly size: number;
  /** MACs from a slice to its embedding of 256 numbers; for a network of volumes, the share of one slice. */
  readonly macsPerSlice: number;
  /** MACs of all slices, or of the volume: the cost of a patient without aggregation and DeepHit. */
  readonly macsOfImages: number;
  /** MACs of everything, with aggregation and DeepHit. A volume is one embedding and needs no aggregation. */
  readonly macsPerPatient: number;
  /** Number of learnable parameters of the published backbone, with its own classifier. */
  readonly parameters: number;
  /** Number of parameters that lead to the features used here, without the classifier. */
  readonly parametersUsed: number;
  /** Number of parameters that training changes. */
  readonly trainable: {
    /** The new linear layer to 256 and all layers after it. */
    readonly finalLayer: number;
    /** Those and the final block of the backbone. */
    readonly finalBlock: number;
  };
  /** MACs from one slice, or the volume, to the logits of the backbone's own classifier, as libraries count them. */
  readonly macsOfLogits: number;
}

/**
 * Counts the multiply-accumulates and the parameters of a backbone with its head. It traces both as graphs; it needs no
 * weights and runs nothing. A convolution states its count in `engine/_trace/kernels/convolutions.ts`, a matrix product
 * in `linear.ts` beside it.
 *
 * @example
 * ```ts
 * import { modelCost } from "@ctsurv/ctsurv/analysis";
 * import { efficientNetB0 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const { macsPerSlice, macsOfImages, parameters, trainable } = modelCost(efficientNetB0, { slices: 64 });
 * assertEquals(macsPerSlice, 384_862_432);
 * assertEquals(macsOfImages, 64 * macsPerSlice);
 * assertEquals([parameters, trainable.finalLayer], [5_288_548, 512_881]);
 * ```
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
