import { sha256 } from "@ctsurv/common/mod.ts";
import {
  compile,
  type Engine,
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
import { seededParameters } from "./seeded_parameters.ts";
import { toNetworkInput } from "./to_network_input.ts";

/** Slices that set the scales of an untrained network: enough for steady statistics, few enough to be instant. */
const calibrationCount = 16;

/** A channel that hardly varied while the scales were set may vary later: it is amplified by this much at most. */
const largestGain = 100;

const isHost = isSpec as (node: unknown) => node is HostTensor;

/** Running means and variances by name: all that calibration finds. */
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
 * input has on {@linkcode calibrationSlices}, layer after layer, so that activations neither die nor explode.
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
    leaves(parameters, isHost).filter(({ path }) => /\.running_(mean|var)$/.test(path)).map((
      { path, value },
    ) => [path, value]),
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
  const { size } = architecture;
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const paths = new Map(leaves(tensors, isTensor).map(({ path, value }) => [value, path]));
  const program = await compile(engine, ({ slices }) => {
    const statistics: Record<string, tf.Tensor> = {};
    architecture.pooled(toNetworkInput(slices, architecture), tensors, (x, norm) => {
      const { output, mean, variance } = batchNormTraining(x, norm);
      statistics[paths.get(norm.running_mean)!] = mean;
      statistics[paths.get(norm.running_var)!] = tf.maximum(variance, tf.div(tf.mean(variance), largestGain ** 2));
      return output;
    });
    return statistics;
  }, { slices: { shape: [calibrationCount, size, size], dtype: "float32" as const } });
  const slices = hostTensor(calibrationSlices(calibrationCount, size, seed), [calibrationCount, size, size]);
  const found = await program.run({ slices });
  const numbers = new Map<string, HostTensor>();
  for (const [path, value] of Object.entries(found)) numbers.set(path, hostTensor(await value.read(), value.shape));
  await program.dispose();
  tf.dispose(leaves(tensors, isTensor).map(({ value }) => value));
  return numbers;
}
