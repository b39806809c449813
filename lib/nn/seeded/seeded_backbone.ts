import { createRandom, sha256 } from "@ctsurv/base/mod.ts";
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
import type { Backbone, BackboneArchitecture } from "../backbones/backbone.ts";
import { toNetworkInput } from "../backbones/network_input.ts";
import { batchNormTraining, type ChannelNormalise } from "../layers/normalisation.ts";
import { seededParameters } from "./seeded_parameters.ts";

/**
 * Draws simple chest slices from a seed: dark lungs with vessels and a nodule in bright tissue. Each has its own
 * brightness, contrast and noise. If all slices were alike, their statistics would amplify every difference from them,
 * and real CT differs.
 *
 * @returns [count, size, size] in [0, 1], like preprocessed CT.
 */
export function calibrationSlices(count: number, size: number, seed: number): Float32Array {
  const [lung, tissue] = [0.12, 0.74];
  const slices = new Float32Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const random = createRandom(seed, "calibration", n);
    const slice = slices.subarray(n * size * size, (n + 1) * size * size).fill(tissue);
    const paint = (x: number, y: number, rx: number, ry: number, value: number) => {
      for (let row = Math.max(0, Math.ceil(y - ry)); row <= Math.min(size - 1, y + ry); row++) {
        const half = rx * Math.sqrt(Math.max(0, 1 - ((row - y) / ry) ** 2));
        const [from, to] = [Math.max(0, Math.ceil(x - half)), Math.min(size - 1, Math.floor(x + half))];
        if (to >= from) slice.fill(value, row * size + from, row * size + to + 1);
      }
    };
    // Lungs shrink towards the apex; the first slice is the lowest.
    const extent = (0.28 + 0.2 * Math.sin(Math.PI * (n + 1) / (count + 1))) * size;
    for (const side of [0.24, 0.76]) {
      paint(side * size, size / 2, 0.5 * extent * random.between(0.8, 1), extent * random.between(0.8, 1), lung);
    }
    const place = () => [random.between(0.1, 0.9) * size, random.between(0.2, 0.8) * size] as const;
    for (let vessel = 0; vessel < 25; vessel++) {
      const radius = random.between(0.004, 0.02) * size;
      paint(...place(), radius, radius, random.between(0.4, tissue));
    }
    const nodule = random.between(0.02, 0.15) * size;
    paint(...place(), nodule, nodule * random.between(0.7, 1), random.between(0.65, tissue));
    const [brightness, contrast] = [random.between(-0.2, 0.2), random.between(0.5, 1.3)];
    for (let i = 0; i < slice.length; i++) {
      slice[i] = Math.min(1, Math.max(0, brightness + contrast * slice[i]! + 0.04 * random.normal()));
    }
  }
  return slices;
}

/** Slices that set the scales of an untrained network: enough for stable statistics, and few enough to be fast. */
const CALIBRATION_COUNT = 16;

/** The largest gain of a channel. One that hardly varied while the scales were set may vary later. */
const LARGEST_GAIN = 100;

const isHost = isSpec as (node: unknown) => node is HostTensor;

/** The parameters that calibration determines: running statistics, and the biases of a network without norms. */
const CALIBRATED = /\.running_(mean|var)$|^features\.\d+\.bias$/;

/** The result of a calibration, by the name of the parameter: `layer1.0.bn1.running_mean`. */
export type BackboneStatistics = ReadonlyMap<string, HostTensor>;

/** Options of {@linkcode seededBackbone}. */
export interface SeededBackboneOptions {
  /** Every seed gives other weights. @default {42} */
  readonly seed?: number;
  /**
   * Those of an earlier calibration. A new calibration rounds a little differently on another machine.
   * @default {a new calibration}
   */
  readonly statistics?: BackboneStatistics;
}

/**
 * Makes a backbone with weights from a seed, never trained. Sixteen drawn chest slices calibrate it: layer after layer,
 * every batch normalisation gets the mean and variance of its input, so that activations neither die nor explode. In
 * a network without batch normalisation, biases centre the convolutions. A volume consists of the same slices.
 *
 * Random convolutions at the scale of the signal keep much of an image. Such a backbone shows that a pipeline works, on
 * any machine and without a download. Its features are not those of pretrained weights.
 *
 * @example Takes some seconds
 * ```ts ignore
 * import { createEngine } from "@ctsurv/ctsurv/engine";
 * import { resNet50, seededBackbone } from "@ctsurv/ctsurv/nn";
 *
 * const { parameters, source } = await seededBackbone(resNet50, await createEngine(), { seed: 42 });
 * ```
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

/** The result of a backbone's calibration. Keep it with a model that was trained on its features. */
export function backboneStatistics({ parameters }: Backbone): BackboneStatistics {
  return new Map(
    leaves(parameters, isHost).filter(({ path }) => CALIBRATED.test(path)).map(({ path, value }) => [path, value]),
  );
}

/**
 * The SHA-256 of the names and numbers of all parameters, as 64 lower-case hex digits.
 *
 * @example
 * ```ts
 * import { hostTensor } from "@ctsurv/ctsurv/engine";
 * import { hashParameters } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const hash = (bias: number) => hashParameters({ fc: { bias: hostTensor([bias], [1]) } });
 * assertEquals(hash(0.5) === hash(0.5), true);
 * assertEquals(hash(0.5) === hash(0.25), false);
 * ```
 */
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
  const batch = input === "volume" ? [1, CALIBRATION_COUNT] : [CALIBRATION_COUNT];
  const program = await compile(engine, ({ slices }) => {
    const statistics: Record<string, tf.Tensor> = {};
    const handedOut: tf.Tensor[] = [];
    const normalise = (x: tf.Tensor, norm: Parameters<ChannelNormalise>[1]) => {
      const { output, found } = standardise(x, norm);
      for (const [value, statistic] of found) {
        statistics[paths.get(value)!] = statistic;
        handedOut.push(statistic);
      }
      return output;
    };
    architecture.forwardFeatures(
      toNetworkInput(slices, architecture),
      tensors,
      Object.assign(normalise, { handedOut }),
    );
    // A program has to return something, even if a network has nothing to calibrate.
    return { statistics, done: tf.scalar(1) };
  }, { slices: float32(...batch, size, size) });
  const slices = hostTensor(calibrationSlices(CALIBRATION_COUNT, size, seed), [...batch, size, size]);
  const { statistics } = await program.run({ slices });
  const numbers = new Map<string, HostTensor>();
  for (const [path, value] of Object.entries(statistics)) {
    numbers.set(path, hostTensor(await value.read(), value.shape));
  }
  await program.dispose();
  tf.dispose(leaves(tensors, isTensor).map(({ value }) => value));
  return numbers;
}

/** A channel while the scales are being set, and the new values of the parameters that bring it there. */
interface Standardised {
  readonly output: tf.Tensor;
  readonly found: readonly (readonly [parameter: tf.Tensor, value: tf.Tensor])[];
}

/**
 * A batch normalisation gets the mean and variance of x. A bias, in a network without norms, subtracts the mean and adds
 * the drawn offset in standard deviations of x.
 */
function standardise(x: tf.Tensor, norm: Parameters<ChannelNormalise>[1]): Standardised {
  if ("weight" in norm) {
    const { output, mean, variance } = batchNormTraining(x, norm);
    const atLeast = tf.maximum(variance, tf.div(tf.mean(variance), LARGEST_GAIN ** 2));
    return { output, found: [[norm.running_mean, mean], [norm.running_var, atLeast]] };
  }
  const { mean, variance } = tf.moments(x, x.shape.slice(0, -1).map((_, axis) => axis));
  const bias = tf.sub(tf.mul(norm.bias, tf.sqrt(variance)), mean);
  return { output: tf.add(x, bias), found: [[norm.bias, bias]] };
}
