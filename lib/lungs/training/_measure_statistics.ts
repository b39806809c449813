import {
  compile,
  disposeValues,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  type TensorSpec,
  type tf,
  type Tree,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { batchNormTraining, type UNet, uNet } from "@ctsurv/nn/mod.ts";
import { GRID_SIZE } from "../unet/_unet_grid.ts";
import { type SliceStream, toBatch } from "./_slice_stream.ts";
import { type Trainable, withTrainable } from "./_unet_training_step.ts";

/** Batches that the statistics are measured on. */
const BATCHES = 24;

/**
 * Adds the running statistics: the mean and the variance of each channel over new slices, with the layers before it
 * normalised by their batch as in training. Averages gathered during training would lag behind the weights.
 */
export async function measureStatistics(
  engine: Engine,
  { spec, trainable, stream, batch }: {
    readonly spec: UNet<TensorSpec>;
    readonly trainable: Trainable<HostTensor>;
    readonly stream: SliceStream;
    readonly batch: number;
  },
): Promise<UNet<HostTensor>> {
  const parameters = withTrainable(spec, trainable, (_, leaf) => zerosOf(leaf) as HostTensor);
  const program = await compile(
    engine,
    (inputs) => batchStatistics(inputs.input, inputs.parameters as UNet<tf.Tensor>),
    { input: float32(batch, GRID_SIZE, GRID_SIZE, 1), parameters: spec },
  );
  const means: Float64Array[] = [];
  const squares: Float64Array[] = [];
  for (let k = 0; k < BATCHES; k++) {
    const { input } = toBatch(await stream.next(batch));
    const layers = await program.run({ input: input as HostTensor, parameters });
    for (const [layer, values] of layers.entries()) {
      const [mean, variance] = [await values.mean.read(), await values.variance.read()];
      means[layer] ??= new Float64Array(mean.length);
      squares[layer] ??= new Float64Array(mean.length);
      mean.forEach((value, channel) => {
        means[layer]![channel]! += value / BATCHES;
        squares[layer]![channel]! += (variance[channel]! + value * value) / BATCHES;
      });
    }
    disposeValues(layers);
  }
  await program.dispose();
  const measured = new Map<string, Float32Array>();
  normPaths(spec).forEach((path, layer) => {
    const mean = means[layer]!;
    measured.set(`${path}.running_mean`, Float32Array.from(mean));
    measured.set(
      `${path}.running_var`,
      Float32Array.from(squares[layer]!, (square, channel) => square - mean[channel]! ** 2),
    );
  });
  return withTrainable(spec, trainable, (path, { shape }) => hostTensor(measured.get(path)!, shape));
}

/** Mean and variance of a batch at each normalisation, in the order in which the network meets them. */
function batchStatistics(input: tf.Tensor, parameters: UNet<tf.Tensor>): { mean: tf.Tensor; variance: tf.Tensor }[] {
  const statistics: { mean: tf.Tensor; variance: tf.Tensor }[] = [];
  uNet(input, parameters, (x, norm) => {
    const { output, mean, variance } = batchNormTraining(x, norm);
    statistics.push({ mean, variance });
    return output;
  });
  return statistics;
}

/** Where the normalisations are in the tree: in the same order. */
function normPaths(spec: UNet<TensorSpec>): string[] {
  return leaves(spec as unknown as Tree<TensorSpec>, isSpec)
    .filter(({ path }) => path.endsWith(".running_mean"))
    .map(({ path }) => path.replace(/\.running_mean$/, ""));
}
