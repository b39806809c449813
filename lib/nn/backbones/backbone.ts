import { InputError } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  isSpec,
  isTensor,
  leaves,
  mapTree,
  type TensorSpec,
  tf,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { globalMean } from "../layers/convolutions.ts";
import { type ChannelNormalise, channelNormalise } from "../layers/normalisation.ts";
import type { Initialise } from "../seeded/seeded_parameters.ts";

/** Which slices of its input a stage of a network of volumes sees, as its convolutions add up. */
export interface SliceWindow {
  /** Output slice i sees the input slices from `stride i - reach` to `stride i + reach`, and zeros beyond the volume. */
  readonly reach: number;
  /** Input slices from one output slice to the next. */
  readonly stride: number;
}

/** A step of a network. */
export interface Stage<P = Tree<tf.Tensor>> {
  /** PyTorch's name for the module with the same output: `layer4.2`. */
  readonly name: string;
  /** For a stage that can take a volume in pieces along its slices. */
  readonly window?: SliceWindow;
  /** From the output of the stage before it, channels last, to its own. */
  run(x: tf.Tensor, parameters: P, normalise: ChannelNormalise): tf.Tensor;
}

/** Facts about a network that do not depend on its weights. */
export interface BackboneFacts {
  /** As on the command line: `efficientnet_b0`. */
  readonly name: string;
  /** As in the paper's tables: `EfficientNetB0`. */
  readonly title: string;
  /** Its input: a `slice` [rows, columns, 3], or a `volume` [slices, rows, columns, 3]. */
  readonly input: "slice" | "volume";
  /** The number of features, see {@linkcode BackboneArchitecture.forwardFeatures}. */
  readonly features: number;
  /** The number of inputs of the last layer of the classifier. */
  readonly penultimateFeatures: number;
  /** Rows and columns of its input in this study. */
  readonly size: number;
  /** The fewest rows or columns that are not used up by the strides. */
  readonly smallest: number;
  /** Means of the three channels that it expects; intensities are in [0, 1]. */
  readonly mean: readonly [number, number, number];
  /** Standard deviations of the same. */
  readonly std: readonly [number, number, number];
  /** The modules that fine-tuning of the final block trains, in order. The cut is before the first of them. */
  readonly finalBlock: readonly string[];
  /** Draws weights that will not be trained, with which the features still depend on the content of an image. */
  readonly initialise: Initialise;
}

/**
 * A network that turns slices or volumes into features, as pure functions of its parameters. It is in evaluation mode,
 * unless `normalise` does otherwise: no dropout, no stochastic depth. Below, x is [batch, rows, columns, 3], or for
 * volumes [batch, slices, rows, columns, 3].
 */
export interface BackboneArchitecture extends BackboneFacts {
  /** The shapes of its parameters, named and ordered as in PyTorch's state dict. */
  spec(): Tree<TensorSpec>;
  /** From the input to the last feature maps. */
  readonly stages: readonly Stage[];
  /** From the last feature maps to the logits of its training data. The last stage is the last layer. */
  readonly classifier: readonly Stage[];
  /** Whether the features are the mean of the last feature maps over all places. Those of ViT are its class token. */
  readonly averagesMaps: boolean;
  /** The same network from a stage on, by its place among `stages`, at the latest from the cut: x is what it takes. */
  from(stage: number): BackboneArchitecture;
  /**
   * The trunk, from x to the activations at the cut before the final block. They can be kept while that block is trained.
   *
   * @throws {InputError} If the images are too small.
   */
  trunk(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** From the activations at the cut to features: [batch, features]. */
  fromCut(activations: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** The last feature maps, x -> [batch, rows, columns, features], or ViT's tokens, [batch, tokens, features]. */
  forwardMaps(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** The features, x -> [batch, features]: the global mean of the last feature maps, or the class token of ViT. */
  forwardFeatures(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: ChannelNormalise): tf.Tensor;
  /** The input of the last layer of the classifier: x -> [batch, penultimateFeatures]. */
  penultimate(x: tf.Tensor, parameters: Tree<tf.Tensor>): tf.Tensor;
  /** The output of the classifier, before softmax: x -> [batch, classes]. */
  logits(x: tf.Tensor, parameters: Tree<tf.Tensor>): tf.Tensor;
}

/** The origin of a backbone's weights, with the SHA-256 of all parameters: see {@linkcode hashParameters}. */
export type WeightsSource =
  | { readonly kind: "seeded"; readonly seed: number; readonly sha256: string }
  /** Trained by this project on phantoms; the SHA-256 is that of the file. */
  | { readonly kind: "phantom"; readonly file: string; readonly sha256: string }
  | { readonly kind: "pretrained"; readonly file: string; readonly sha256: string }
  /** Of another program, which left only its features; the SHA-256 is that of their files. */
  | { readonly kind: "external"; readonly file: string; readonly sha256: string };

/** An architecture with its weights. */
export interface Backbone {
  /** The network. */
  readonly architecture: BackboneArchitecture;
  /** All of its parameters, in the tree of `architecture.spec()`. */
  readonly parameters: Tree<HostTensor>;
  /** The names of parameters that the file of its weights does not have, all of the classifier. They are zero. */
  readonly absent?: readonly string[];
  /** Where they come from. */
  readonly source: WeightsSource;
}

/** The definition of an architecture. `P` is its tree of parameters. */
export interface BackboneDefinition<P> extends BackboneFacts {
  /** The shapes of `P`. */
  spec(): object;
  readonly stages: readonly Stage<P>[];
  /** From the last feature maps to features [batch, features]. */
  pool(maps: tf.Tensor): tf.Tensor;
  readonly classifier: readonly Stage<P>[];
}

/** A backbone from its stages. The cut is before the first stage of its final block. */
export function defineBackbone<P>(defined: BackboneDefinition<P>): BackboneArchitecture {
  const { pool, spec, ...definition } = defined;
  // The one place where the types of the parameters are taken on trust: outside, a backbone is any of them.
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
  const maps: BackboneArchitecture["forwardMaps"] = (x, parameters, normalise = channelNormalise) =>
    runStages(stages.slice(cut), trunk(x, parameters, normalise), parameters, normalise);
  const fromCut: BackboneArchitecture["fromCut"] = (activations, parameters, normalise = channelNormalise) =>
    pool(runStages(stages.slice(cut), activations, parameters, normalise));

  return {
    ...facts,
    stages,
    classifier,
    averagesMaps: pool === globalMean,
    spec: () => spec() as Tree<TensorSpec>,
    // Maps have fewer rows than the images, which have been checked by then.
    from: (stage) => defineBackbone({ ...defined, smallest: 1, stages: defined.stages.slice(Math.min(stage, cut)) }),
    trunk,
    fromCut,
    forwardMaps: maps,
    forwardFeatures: (x, parameters, normalise) => fromCut(trunk(x, parameters, normalise), parameters, normalise),
    penultimate: (x, parameters) => runStages(classifier.slice(0, -1), maps(x, parameters), parameters),
    logits: (x, parameters) => runStages(classifier, maps(x, parameters), parameters),
  };
}

/** Whether a module or parameter is `module` or a part of it: `layer4.2.bn1.weight` is a part of `layer4.2`. */
export function belongsTo(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}.`);
}

/**
 * Runs stages one after another. An engine that runs operation by operation holds every tensor until it is freed: at most
 * those of one stage are left here, without which ViT takes 5 GB for 8 slices.
 */
function runStages(
  stages: readonly Stage[],
  x: tf.Tensor,
  parameters: Tree<tf.Tensor>,
  normalise: ChannelNormalise = channelNormalise,
): tf.Tensor {
  return stages.reduce((y, stage) => {
    if (normalise.handedOut === undefined) return stage.run(y, parameters, normalise);
    const [next] = tf.tidy(() => [stage.run(y, parameters, normalise), ...normalise.handedOut!]);
    if (y !== x && y !== next) y.dispose();
    return next!;
  }, x);
}

/**
 * The names of the parameters that fine-tuning of the final block trains. Running statistics are not among them.
 *
 * @example
 * ```ts
 * import { finalBlockNames, resNet50 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const names = finalBlockNames(resNet50);
 * assertEquals([names.length, names[0]], [9, "layer4.2.conv1.weight"]);
 * ```
 */
export function finalBlockNames({ spec, finalBlock }: BackboneArchitecture): string[] {
  return leaves(spec(), isSpec)
    .map(({ path }) => path)
    .filter((path) => finalBlock.some((module) => belongsTo(path, module)) && !/\.running_(mean|var)$/.test(path));
}

/** The parameters with some of them replaced, by name, such as `layer4.2.conv1.weight`. */
export function replaceParameters(
  parameters: Tree<tf.Tensor>,
  others: Readonly<Record<string, tf.Tensor>>,
): Tree<tf.Tensor> {
  return mapTree(parameters, isTensor, (value, path) => others[path] ?? value);
}
