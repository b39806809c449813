import { sha256 } from "@ctsurv/common/mod.ts";
import {
  compile,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  isTensor,
  leaves,
  mapTree,
  tf,
  toTensors,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import type { Backbone, BackboneArchitecture } from "./backbone.ts";
import { calibrationSlices } from "./calibration_slices.ts";
import { batchNormTraining } from "./layers/batch_norm.ts";
import type { ChannelNormalise } from "./layers/channel_normalise.ts";
import { seededParameters } from "./seeded_parameters.ts";
import { toNetworkInput } from "./to_network_input.ts";

/** Slices that set the scales of an untrained network: enough for steady statistics, few enough to be instant. */
const calibrationCount = 16;

/** A channel that hardly varied while the scales were set may vary later: it is amplified by this much at most. */
const largestGain = 100;

const isHost = isSpec as (node: unknown) => node is HostTensor;

/** The parameters that calibration finds: running statistics, and the biases of a network without norms. */
const calibrated = /\.running_(mean|var)$|^features\.\d+\.bias$/;

/** What calibration found, by the parameter's name. */
export type BackboneStatistics = ReadonlyMap<string, HostTensor>;

/** Options of {@linkcode seededBackbone}. */
export interface SeededBackboneOptions {
  /** @default {42} */
  readonly seed?: number;
  /** Those of an earlier calibration, instead of a new one: rounding differs a little from machine to machine. */
  readonly statistics?: BackboneStatistics;
}

/**
 * A backbone with weights from a seed, never trained. Every batch normalisation gets the mean and variance that its
 * input has on {@linkcode calibrationSlices}, layer after layer, so that activations neither die nor explode; where there
 * is none, biases centre the convolution on them. (A volume is made of the same slices.)
 *
 * Random convolutions at the scale of the signal keep much of what is in an image: such a backbone shows that a
 * pipeline works, on any machine, without a download. Its numbers are not those of pretrained weights.
 */
export async function seededBackbone(
  architecture: BackboneArchitecture,
  engine: Engine,
  { seed = 42, statistics }: SeededBackboneOptions = {},
): Promise<Backbone> {
  const drawn = seededParameters<object>(architecture.spec(), seed, architecture.initialise) as Tree<HostTensor>;
  const found = statistics ?? await calibrate(architecture, drawn, engine, seed);
  const parameters = mapTree(drawn, isHost, (value, path) => found.get(path) ?? value);
  const source = { kind: "seeded", seed, sha256: hashParameters(parameters) } as const;
  return { architecture, parameters, source };
}

/** What calibration found for a backbone, to be kept with a model that was trained on its features. */
export function backboneStatistics({ parameters }: Backbone): BackboneStatistics {
  return new Map(
    leaves(parameters, isHost).filter(({ path }) => calibrated.test(path)).map(({ path, value }) => [path, value]),
  );
}

/** SHA-256 over the names and numbers of all parameters. */
export function hashParameters(parameters: Tree<HostTensor>): string {
  return sha256(
    ...leaves(parameters, isHost).flatMap(({ path, value: { data } }) => [
      path,
      new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
    ]),
  );
}

async function calibrate(
  architecture: BackboneArchitecture,
  parameters: Tree<HostTensor>,
  engine: Engine,
  seed: number,
): Promise<BackboneStatistics> {
  const { size, input } = architecture;
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const paths = new Map(leaves(tensors, isTensor).map(({ path, value }) => [value, path]));
  const batch = input === "volume" ? [1, calibrationCount] : [calibrationCount];
  const program = await compile(engine, ({ slices }) => {
    const statistics: Record<string, tf.Tensor> = {};
    architecture.pooled(toNetworkInput(slices, architecture), tensors, (x, norm) => {
      const { output, found } = standardise(x, norm);
      for (const [value, statistic] of found) statistics[paths.get(value)!] = statistic;
      return output;
    });
    // A program has to give something, also of a network that has nothing to calibrate.
    return { statistics, done: tf.scalar(1) };
  }, { slices: float32(...batch, size, size) });
  const slices = hostTensor(calibrationSlices(calibrationCount, size, seed), [...batch, size, size]);
  const { statistics } = await program.run({ slices });
  const numbers = new Map<string, HostTensor>();
  for (const [path, value] of Object.entries(statistics)) {
    numbers.set(path, hostTensor(await value.read(), value.shape));
  }
  await program.dispose();
  tf.dispose(leaves(tensors, isTensor).map(({ value }) => value));
  return numbers;
}

/** What a channel becomes while scales are being set, and the parameters that make it so with their new values. */
interface Standardised {
  readonly output: tf.Tensor;
  readonly found: readonly (readonly [parameter: tf.Tensor, value: tf.Tensor])[];
}

/**
 * A batch normalisation gets the mean and variance of x. A bias, that of a network without norms, takes the mean away and
 * adds the drawn offset in standard deviations of x.
 */
function standardise(x: tf.Tensor, norm: Parameters<ChannelNormalise>[1]): Standardised {
  if ("weight" in norm) {
    const { output, mean, variance } = batchNormTraining(x, norm);
    const atLeast = tf.maximum(variance, tf.div(tf.mean(variance), largestGain ** 2));
    return { output, found: [[norm.running_mean, mean], [norm.running_var, atLeast]] };
  }
  const { mean, variance } = tf.moments(x, x.shape.slice(0, -1).map((_, axis) => axis));
  const bias = tf.sub(tf.mul(norm.bias, tf.sqrt(variance)), mean);
  return { output: tf.add(x, bias), found: [[norm.bias, bias]] };
}
