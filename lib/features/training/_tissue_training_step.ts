import {
  adamW,
  type AdamWOptions,
  type BiasCorrections,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type Moments,
  momentsSpec,
  type TensorSpec,
  tf,
  toTensors,
  type Tree,
  valueAndGradients,
} from "@ctsurv/engine/mod.ts";
import {
  type Backbone,
  type BackboneArchitecture,
  batchNormTraining,
  belongsTo,
  type ChannelNormalise,
  channelNormalise,
  toNetworkInput,
} from "@ctsurv/nn/mod.ts";
import { tissueReadout } from "./_readout.ts";
import { CELLS, SLICE_SIZE, TISSUES, type TissueSlices } from "./_tissue_slices.ts";

/** The modules that are trained: stages 4 to 8 of EfficientNet-B0. The stem and stages 1 to 3 stay as they were drawn. */
export const TRAINED_STAGES: readonly string[] = [4, 5, 6, 7, 8].map((stage) => `features.${stage}`);

/** Whether a parameter, by its name, is of the trained stages. */
export function isOfTrainedStages(path: string): boolean {
  return TRAINED_STAGES.some((stage) => belongsTo(path, stage));
}

/** All that gradients change. */
export interface TissueTrainable<T> {
  /** Weights and biases of the trained stages, by their names in the state dict. */
  readonly upper: Readonly<Record<string, T>>;
}

/** What changes from step to step. */
export interface TissueState<T> {
  readonly trainable: TissueTrainable<T>;
  readonly moments: Moments<T>;
}

/** Crops and their truth. */
export interface TissueBatch<T> {
  /** [batch, 224, 224] in [0, 1] */
  readonly slices: T;
  /** [batch, 49, 4] */
  readonly truth: T;
}

const isHost = isSpec as (node: unknown) => node is HostTensor;

/** The parameters of a backbone with which its training starts. */
export function trainableOf({ parameters }: Backbone): TissueTrainable<HostTensor> {
  const upper = leaves(parameters, isHost)
    .filter(({ path }) => isOfTrainedStages(path) && !/\.running_(mean|var)$/.test(path))
    .map(({ path, value }) => [path, value] as const);
  return { upper: Object.fromEntries(upper) };
}

/** The shapes of the state. */
export function tissueStateSpec(start: TissueTrainable<HostTensor>): TissueState<TensorSpec> {
  const trainable = mapTree(start as unknown as Tree<HostTensor>, isHost, ({ shape }) => float32(...shape));
  return {
    trainable: trainable as unknown as TissueTrainable<TensorSpec>,
    moments: momentsSpec(trainable),
  };
}

/** The shapes of a batch. */
export function tissueBatchSpec(batch: number): TissueBatch<TensorSpec> {
  return { slices: float32(batch, SLICE_SIZE, SLICE_SIZE), truth: float32(batch, CELLS ** 2, TISSUES.length) };
}

/** Crops as inputs of a training step. */
export function toBatch({ input, truth, count }: TissueSlices): TissueBatch<HostTensor> {
  return {
    slices: hostTensor(input, [count, SLICE_SIZE, SLICE_SIZE]),
    truth: hostTensor(truth, [count, CELLS ** 2, TISSUES.length]),
  };
}

/** Weights of the squared errors. They bring the variances of what is read out to about the same size. */
const LOSS_WEIGHTS: Readonly<Record<typeof TISSUES[number], number>> = {
  tumour: 4,
  lung: 1,
  height: 1,
  density: 8,
};

/** The squared error, weighted, summed over what is read out and averaged over cells. Both are [..., 4]. */
export function tissueLoss(read: tf.Tensor, truth: tf.Tensor): tf.Tensor {
  const weights = tf.tensor1d(TISSUES.map((name) => LOSS_WEIGHTS[name]));
  return tf.mean(tf.sum(tf.mul(tf.square(tf.sub(read, truth)), weights), -1));
}

/** The last feature maps of slices, as a function of the trained parameters. All others are constants. */
export function featureMaps({ architecture, parameters }: Pick<Backbone, "architecture" | "parameters">) {
  const known = new Map(leaves(parameters, isHost).map(({ path, value }) => [path, value]));
  return (slices: tf.Tensor, upper: Readonly<Record<string, tf.Tensor>>, normalise: ChannelNormalise): tf.Tensor => {
    const unused = tf.scalar(NaN);
    const tree = mapTree(architecture.spec(), isSpec, (_, path) => {
      if (upper[path]) return upper[path];
      return path.startsWith("classifier.") ? unused : toTensors(known.get(path)!) as tf.Tensor;
    }) as Tree<tf.Tensor>;
    return runStages(architecture, toNetworkInput(slices, architecture), tree, normalise);
  };
}

/** Runs all stages; `normalise` is that of the trained ones. */
function runStages(
  { stages }: BackboneArchitecture,
  x: tf.Tensor,
  tree: Tree<tf.Tensor>,
  normalise: ChannelNormalise,
): tf.Tensor {
  return stages.reduce(
    (y, stage) => stage.run(y, tree, isOfTrainedStages(stage.name) ? normalise : channelNormalise),
    x,
  );
}

/**
 * One step of training, from state and batch to the next state and the batch's loss: a pure function to compile. The trained
 * stages are normalised by the batch's statistics. The stem and stages 1 to 3 run anew for every crop: no crop comes twice,
 * and without gradients they take less than a tenth of a step.
 */
export function tissueTrainingStep(backbone: Backbone, options: AdamWOptions) {
  const maps = featureMaps(backbone);
  return ({ state, batch, corrections }: {
    state: TissueState<tf.Tensor>;
    batch: TissueBatch<tf.Tensor>;
    corrections: BiasCorrections<tf.Tensor>;
  }): { state: TissueState<tf.Tensor>; loss: tf.Scalar } => {
    const { value, gradients } = valueAndGradients(({ upper }) => {
      const cells = maps(batch.slices, upper, (x, norm) => {
        return "weight" in norm ? batchNormTraining(x, norm).output : channelNormalise(x, norm);
      });
      const [count, rows, columns, channels] = cells.shape as [number, number, number, number];
      const { weight, bias } = tissueReadout();
      const read = tf.add(
        tf.matMul(
          tf.reshape(cells, [count * rows * columns, channels]),
          tf.tensor2d(weight, [channels, TISSUES.length]),
        ),
        tf.tensor1d(bias),
      );
      return tissueLoss(read, tf.reshape(batch.truth, [count * rows * columns, TISSUES.length]));
    }, state.trainable);
    const { parameters, moments } = adamW(state.trainable, gradients, state.moments, corrections, options);
    return { state: { trainable: parameters, moments }, loss: value };
  };
}
