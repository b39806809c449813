import { InputError } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  isSpec,
  isTensor,
  leaves,
  mapTree,
  type TensorSpec,
  type tf,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { type ChannelNormalise, channelNormalise } from "../layers/normalisation.ts";
import type { Initialise } from "../seeded/seeded_parameters.ts";

/** A step of a network under PyTorch's name for the module whose output it gives: `layer4.2`. */
export interface Stage<P = Tree<tf.Tensor>> {
  readonly name: string;
  run(x: tf.Tensor, parameters: P, normalise: ChannelNormalise): tf.Tensor;
}

/** What is known of a network before it runs. */
export interface BackboneFacts {
  /** As on the command line: `efficientnet_b0`. */
  readonly name: string;
  /** As in the paper's tables: `EfficientNetB0`. */
  readonly title: string;
  /** What it turns into numbers: `slice` [rows, columns, 3], or `volume` [slices, rows, columns, 3]. */
  readonly input: "slice" | "volume";
  /** How many numbers {@linkcode BackboneArchitecture.forwardFeatures} gives. */
  readonly features: number;
  /** How many numbers enter the last layer of the classifier. */
  readonly penultimateFeatures: number;
  /** Rows and columns of the slices that it is given here. */
  readonly size: number;
  /** The fewest rows or columns that leave something after all strides. */
  readonly smallest: number;
  /** Mean and standard deviation of the three channels it expects, of intensities in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** The modules that fine-tuning the final block trains, in order; the first of them follows the cut. */
  readonly finalBlock: readonly string[];
  /** Draws weights that will not be trained, so that the features still tell what is in an image. */
  readonly initialise: Initialise;
}

/**
 * A network that turns slices, or volumes, into numbers, whatever its parameters. Evaluation mode, unless `normalise`
 * does otherwise: no dropout, no stochastic depth. In what follows x is [batch, rows, columns, 3], of a network of
 * volumes [batch, slices, rows, columns, 3].
 */
export interface BackboneArchitecture extends BackboneFacts {
  /** The shapes of its parameters, named and ordered as in PyTorch's state dict. */
  spec(): Tree<TensorSpec>;
  /** From the input to the last feature maps. */
  readonly stages: readonly Stage[];
  /** From the last feature maps to ImageNet's logits; its last stage is the classifier's last layer. */
  readonly classifier: readonly Stage[];
  /**
   * From x to the activations at the cut before the final block, which can be kept while that block is trained.
   *
   * @throws {InputError} If the images are too small.
   */
  trunk(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** From the activations at the cut to features: [batch, features]. */
  fromCut(activations: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** The global mean of the last feature maps, of ViT its class token: x -> [batch, features]. */
  forwardFeatures(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** The input of the classifier's last layer: x -> [batch, penultimateFeatures]. */
  penultimate(x: tf.Tensor, parameters: Tree<tf.Tensor>): tf.Tensor;
  /** x -> [batch, classes] */
  logits(x: tf.Tensor, parameters: Tree<tf.Tensor>): tf.Tensor;
}

/** Where a backbone's weights come from, and their SHA-256 over all parameters by name. */
export type WeightsSource =
  | { readonly kind: "seeded"; readonly seed: number; readonly sha256: string }
  | { readonly kind: "pretrained"; readonly file: string; readonly sha256: string };

/** An architecture with its weights. */
export interface Backbone {
  readonly architecture: BackboneArchitecture;
  readonly parameters: Tree<HostTensor>;
  readonly source: WeightsSource;
}

/** What an architecture says of itself; `P` is its tree of parameters. */
export interface BackboneDefinition<P> extends BackboneFacts {
  /** The shapes of `P`. */
  spec(): object;
  readonly stages: readonly Stage<P>[];
  /** From the last feature maps to features [batch, features]. */
  pool(maps: tf.Tensor): tf.Tensor;
  readonly classifier: readonly Stage<P>[];
}

/** A backbone from its stages: the cut is where its final block begins. */
export function defineBackbone<P>({ pool, spec, ...definition }: BackboneDefinition<P>): BackboneArchitecture {
  // The one place where the parameters' types are taken on trust: outside, a backbone is any of them.
  const { stages, classifier, ...facts } = definition as unknown as BackboneDefinition<Tree<tf.Tensor>>;
  const { title, smallest, finalBlock } = facts;
  const cut = stages.findIndex(({ name }) => belongsTo(name, finalBlock[0]!));

  const trunk: BackboneArchitecture["trunk"] = (x, parameters, normalise = channelNormalise) => {
    const [rows, columns] = x.shape.slice(-3) as [number, number, number];
    if (Math.min(rows, columns) < smallest) {
      throw new InputError(`${title} takes images of at least ${smallest} x ${smallest}, not ${rows} x ${columns}`);
    }
    return runStages(stages.slice(0, cut), x, parameters, normalise);
  };
  const maps = (x: tf.Tensor, parameters: Tree<tf.Tensor>) =>
    runStages(stages.slice(cut), trunk(x, parameters), parameters);
  const fromCut: BackboneArchitecture["fromCut"] = (activations, parameters, normalise = channelNormalise) =>
    pool(runStages(stages.slice(cut), activations, parameters, normalise));

  return {
    ...facts,
    stages,
    classifier,
    spec: () => spec() as Tree<TensorSpec>,
    trunk,
    fromCut,
    forwardFeatures: (x, parameters, normalise) => fromCut(trunk(x, parameters, normalise), parameters, normalise),
    penultimate: (x, parameters) => runStages(classifier.slice(0, -1), maps(x, parameters), parameters),
    logits: (x, parameters) => runStages(classifier, maps(x, parameters), parameters),
  };
}

/** Whether a module or parameter is a module, or lies in it: `layer4.2.bn1.weight` in `layer4.2`. */
export function belongsTo(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}.`);
}

function runStages(
  stages: readonly Stage[],
  x: tf.Tensor,
  parameters: Tree<tf.Tensor>,
  normalise: ChannelNormalise = channelNormalise,
): tf.Tensor {
  return stages.reduce((y, stage) => stage.run(y, parameters, normalise), x);
}

/** Names of the parameters that fine-tuning the final block trains, running statistics not among them. */
export function finalBlockNames({ spec, finalBlock }: BackboneArchitecture): string[] {
  return leaves(spec(), isSpec)
    .map(({ path }) => path)
    .filter((path) => finalBlock.some((module) => belongsTo(path, module)) && !/\.running_(mean|var)$/.test(path));
}

/** The parameters with others in place of those named, such as `layer4.2.conv1.weight`. */
export function replaceParameters(
  parameters: Tree<tf.Tensor>,
  others: Readonly<Record<string, tf.Tensor>>,
): Tree<tf.Tensor> {
  return mapTree(parameters, isTensor, (value, path) => others[path] ?? value);
}
