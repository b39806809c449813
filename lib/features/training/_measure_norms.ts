import {
  compile,
  disposeValues,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  type tf,
} from "@ctsurv/engine/mod.ts";
import { type Backbone, batchNormTraining, channelNormalise } from "@ctsurv/nn/mod.ts";
import type { TissueStream } from "./_tissue_stream.ts";
import { featureMaps, tissueBatchSpec, toBatch } from "./_tissue_training_step.ts";

/** Batches that the statistics are measured on. */
const BATCHES = 24;

/**
 * The running statistics of the trained stages: mean and variance of every channel over new crops, with the layers before
 * it normalised by their batch as in training. Averages gathered during training would lag behind the weights.
 *
 * @param upper Trained parameters by name.
 * @returns By name, such as `features.4.0.block.0.1.running_mean`.
 */
export async function measureNorms(
  engine: Engine,
  backbone: Backbone,
  upper: Readonly<Record<string, HostTensor>>,
  { stream, batch, batches = BATCHES }: {
    readonly stream: TissueStream;
    readonly batch: number;
    readonly batches?: number;
  },
): Promise<ReadonlyMap<string, HostTensor>> {
  const spec = Object.fromEntries(Object.entries(upper).map(([path, { shape }]) => [path, float32(...shape)]));
  const maps = featureMaps(backbone);
  const program = await compile(engine, ({ slices, upper }) => {
    const paths = new Map(Object.entries(upper).map(([path, value]) => [value, path]));
    const statistics: Record<string, { mean: tf.Tensor; variance: tf.Tensor }> = {};
    maps(slices, upper, (x, norm) => {
      if (!("weight" in norm)) return channelNormalise(x, norm);
      const { output, mean, variance } = batchNormTraining(x, norm);
      statistics[paths.get(norm.weight)!.replace(/weight$/, "")] = { mean, variance };
      return output;
    });
    return statistics;
  }, { slices: tissueBatchSpec(batch).slices, upper: spec });
  const sums = new Map<string, { readonly mean: Float64Array; readonly square: Float64Array }>();
  for (let k = 0; k < batches; k++) {
    const { slices } = toBatch(await stream.next(batch));
    const layers = await program.run({ slices, upper });
    for (const [layer, values] of Object.entries(layers)) {
      const [mean, variance] = [await values.mean.read(), await values.variance.read()];
      const sum = sums.get(layer) ??
        { mean: new Float64Array(mean.length), square: new Float64Array(mean.length) };
      sums.set(layer, sum);
      mean.forEach((value, channel) => {
        sum.mean[channel]! += value / batches;
        sum.square[channel]! += (variance[channel]! + value * value) / batches;
      });
    }
    disposeValues(Object.values(layers).flatMap(({ mean, variance }) => [mean, variance]));
  }
  await program.dispose();
  return new Map(
    [...sums].flatMap(([layer, { mean, square }]) => [
      [`${layer}running_mean`, hostTensor(Float32Array.from(mean), [mean.length])] as const,
      [
        `${layer}running_var`,
        hostTensor(Float32Array.from(square, (value, channel) => value - mean[channel]! ** 2), [mean.length]),
      ] as const,
    ]),
  );
}
