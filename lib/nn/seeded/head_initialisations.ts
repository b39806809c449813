import { createRandom, type Random, sizeOf } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "../head/survival_head.ts";
import { type Initialise, initialiseHead } from "./seeded_parameters.ts";

/**
 * How the weights of a new head are drawn:
 *
 * - `pytorch`: the defaults of `nn.Linear`, `nn.MultiheadAttention` and `nn.LayerNorm`.
 * - `looks-linear`: {@linkcode initialiseHead}.
 * - `xavier`: the weights of DeepHit are normal with variance 2 / (inputs + outputs) (Glorot & Bengio 2010); its biases and
 *   all other layers are PyTorch's default, and a class token is standard normal, as in the authors' code.
 */
export type HeadInitialisation = "pytorch" | "looks-linear" | "xavier";

/**
 * Draws a new survival head from a seed. Each parameter has a random stream of its own, as in `seededParameters`.
 *
 * With `pytorch`, weights and biases of a linear layer are uniform within 1 / sqrt(inputs); what
 * `kaiming_uniform_(a=sqrt(5))` gives. The packed matrix of a self-attention is Xavier-uniform, and the biases of an
 * attention are 0. A class token has no default in PyTorch: it is uniform within 1 / sqrt(features) in all but `xavier`,
 * where it is standard normal, as in the authors' code.
 *
 * @example
 * ```ts
 * import { initialHead, survivalHeadSpec } from "@ctsurv/ctsurv/nn";
 * import { assert } from "@std/assert";
 *
 * const spec = survivalHeadSpec({ backboneFeatures: 1280 });
 * const { embedding } = initialHead(spec, 42, "pytorch");
 * assert([...embedding.bias.data].every((bias) => Math.abs(bias) <= 1 / Math.sqrt(1280)));
 * assert(embedding.bias.data[0] !== 0);
 * ```
 */
export function initialHead(
  spec: SurvivalHead<TensorSpec>,
  seed: number,
  initialisation: HeadInitialisation,
): SurvivalHead<HostTensor> {
  const tree = spec as unknown as Tree<TensorSpec>;
  const shapes = new Map(leaves(tree, isSpec).map(({ path, value: { shape } }) => [path, shape]));
  const initialise = { pytorch, xavier, "looks-linear": initialiseHead }[initialisation] as InitialiseLayer;
  return mapTree(tree, isSpec, ({ shape }, path) => {
    const weight = shapes.get(path.replace(/bias$/, "weight")) ?? shape;
    const numbers = initialise(createRandom(seed, "parameters", path), shape, path, weight);
    return hostTensor(numbers, shape);
  }) as unknown as SurvivalHead<HostTensor>;
}

/** {@linkcode Initialise} that also knows the shape of the weight to which a bias belongs; for others, their own. */
type InitialiseLayer = (...args: [...Parameters<Initialise>, weight: readonly number[]]) => Float32Array;

const pytorch: InitialiseLayer = (random, shape, path, weight) => {
  if (isScale(path, shape)) return filled(shape, 1);
  const inputs = weight.at(-1)!;
  if (path.endsWith("in_proj_weight")) return uniform(random, shape, Math.sqrt(6 / (inputs + outputsOf(weight))));
  if (path.endsWith("in_proj_bias") || path.endsWith("out_proj.bias") || isOfNorm(path)) return filled(shape, 0);
  return uniform(random, shape, 1 / Math.sqrt(inputs));
};

const xavier: InitialiseLayer = (random, shape, path, weight) => {
  if (path.endsWith("class_token")) return normal(random, shape, 1);
  if (!/^survival\..*weight$/.test(path)) return pytorch(random, shape, path, weight);
  return normal(random, shape, Math.sqrt(2 / (weight.at(-1)! + outputsOf(weight))));
};

/** Of a layer normalisation, or of an encoding of positions. */
function isScale(path: string, shape: readonly number[]): boolean {
  return shape.length === 1 && !path.endsWith("bias");
}

function isOfNorm(path: string): boolean {
  return /(^|\.)(norm|ln_\d)\.bias$/.test(path);
}

function outputsOf(weight: readonly number[]): number {
  return sizeOf(weight) / weight.at(-1)!;
}

function filled(shape: readonly number[], value: number): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(value);
}

function uniform(random: Random, shape: readonly number[], bound: number): Float32Array {
  return filled(shape, 0).map(() => random.between(-bound, bound));
}

function normal(random: Random, shape: readonly number[], deviation: number): Float32Array {
  return filled(shape, 0).map(() => deviation * random.normal());
}
