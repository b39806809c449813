import { mixingMatrix, stemConv } from "./mixing_weights.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** Weights for a vision transformer that will not be trained. */
export const initialiseViT: Initialise = (random, shape, path) => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (path === "conv_proj.weight") return stemConv(random, shape);
  if (shape.length === 2) return mixingMatrix(random, shape[0]!, shape[1]!);
  if (path.endsWith(".weight")) return new Float32Array(size).fill(1);
  return Float32Array.from({ length: size }, () => 0.5 * random.normal());
};
