import { type HostTensor, hostTensor, isSpec, mapTree, type TensorSpec, type Tree } from "@ctsurv/engine/mod.ts";
import { type PlainDeepHit, type SurvivalHead, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { hashed } from "../../support/golden.ts";

/** `scale v(key, i)` in some shape. */
export function hashedTensor(key: string, shape: readonly number[], scale = 1): HostTensor {
  const v = hashed(key);
  return hostTensor(
    Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => scale * v(i)),
    shape,
  );
}

/** The head of tests/oracles/nn_survival_head.py. */
export function hashedHead(
  backboneFeatures: number,
): SurvivalHead<HostTensor> & { readonly survival: PlainDeepHit<HostTensor> } {
  const spec = survivalHeadSpec({ backboneFeatures }) as unknown as Tree<TensorSpec>;
  return mapTree(spec, isSpec, ({ shape }, path) => {
    return hashedTensor(path, shape, shape.length === 2 ? Math.sqrt(6 / shape[1]!) : 0.1);
  }) as unknown as ReturnType<typeof hashedHead>;
}
