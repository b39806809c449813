import { createRandom, type Random } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  type MapTree,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { orthogonal } from "./_initialise_backbones.ts";

/**
 * Draws the weights of one parameter: from its own random stream, its shape, and its name in the state dict. It gives as
 * many numbers as the shape holds.
 */
export type Initialise = (random: Random, shape: readonly number[], path: string) => Float32Array;

/**
 * Draws parameters from a seed. Each has a random stream of its own, named after its path, so that it does not depend on
 * the others.
 *
 * @example
 * ```ts
 * import { float32 } from "@ctsurv/ctsurv/engine";
 * import { initialiseHead, seededParameters } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = { weight: float32(2, 4), bias: float32(2) };
 * const alone = seededParameters({ embedding: layer }, 42, initialiseHead);
 * const amongOthers = seededParameters({ other: layer, embedding: layer }, 42, initialiseHead);
 * assertEquals(amongOthers.embedding, alone.embedding);
 * assertEquals([...alone.embedding.bias.data], [0, 0]);
 * ```
 */
export function seededParameters<S>(spec: S, seed: number, initialise: Initialise): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(spec as unknown as Tree<TensorSpec>, isSpec, ({ shape }, path) => {
    return hostTensor(initialise(createRandom(seed, "parameters", path), shape, path), shape);
  }) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/**
 * Draws a new survival head. Biases are 0 and scales are 1. The hidden layers of a plain DeepHit look linear; the
 * subnetworks of a split one are drawn as in the original (Glorot and Bengio 2010). All others are uniform within
 * 1 / sqrt(in), PyTorch's default.
 *
 * Looks-linear (Balduzzi et al. 2017, section 5) pairs each unit with its negative. ReLU then loses nothing, and ten layers
 * start as one linear map with orthonormal rows. With He's initialisation they map all patients to nearly the same point:
 * on phantoms such a head has not begun to rank patients after 2,000 steps; this one has after 500.
 */
export const initialiseHead: Initialise = (random, shape, path): Float32Array => {
  const [out] = shape as [number];
  if (shape.length === 1) return new Float32Array(out).fill(path.endsWith("bias") ? 0 : 1);
  const fanIn = shape.at(-1)!;
  if (/(shared|specific)\.\d/.test(path)) {
    return draw(shape, () => random.between(-1, 1) * Math.sqrt(6 / (out + fanIn)));
  }
  if (!path.includes("hidden.") || out % 2 === 1) return draw(shape, () => random.between(-1, 1) / Math.sqrt(fanIn));
  const half = out / 2;
  const isFirst = path.includes("hidden.0.");
  const columns = isFirst ? fanIn : fanIn / 2;
  const map = orthogonal(random, half, columns);
  return Float32Array.from({ length: out * fanIn }, (_, i) => {
    const [row, column] = [Math.floor(i / fanIn), i % fanIn];
    const sign = (row < half) === (column < columns) ? 1 : -1;
    return sign * map[(row % half) * columns + column % columns]!;
  });
};

function draw(shape: readonly number[], next: () => number): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, next);
}
