import { createRandom, type Random } from "@ctsurv/common/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  type MapTree,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";

/** How the weights of one parameter are drawn. */
export type Initialise = (random: Random, shape: readonly number[], path: string) => Float32Array;

/**
 * Parameters drawn from a seed, each from a stream of its own name, so that they do not depend on the order in which
 * they are made.
 */
export function seededParameters<S>(spec: S, seed: number, initialise: Initialise): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(spec as unknown as Tree<TensorSpec>, isSpec, ({ shape }, path) => {
    return hostTensor(initialise(createRandom(seed, "parameters", path), shape, path), shape);
  }) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/**
 * A new survival head: layers that feed a ReLU from He's normal distribution, so that ten of them neither fade nor
 * grow (as pycox's perceptrons); the others uniform within 1 / sqrt(in), PyTorch's default; biases at 0.
 */
export const initialiseHead: Initialise = (random, shape, path) => {
  const [out, fanIn] = shape;
  if (fanIn === undefined) return new Float32Array(out!);
  return path.includes("hidden.")
    ? draw(shape, () => random.normal() * Math.sqrt(2 / fanIn))
    : draw(shape, () => random.between(-1, 1) / Math.sqrt(fanIn));
};

function draw(shape: readonly number[], next: () => number): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, next);
}
