import { InputError } from "@ctsurv/common/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { r231Shape, type UNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import { findEntries, type Float32Entry, isStepCount } from "@ctsurv/weights/mod.ts";

/** What lungmask's state dict holds and its network never uses. */
export function isUnusedByR231(name: string): boolean {
  return isStepCount(name) || findEntries("unet_r231").some(({ ignore }) => ignore?.(name));
}

/**
 * R231's parameters from the tensors of lungmask's state dict, in whatever file they were kept.
 *
 * @param where The file, for messages.
 * @throws {InputError} If a tensor is missing, of another shape, or not one of R231's.
 */
export function r231Parameters(tensors: ReadonlyMap<string, Float32Entry>, where: string): UNet<HostTensor> {
  const classes = tensors.get("last.weight")?.shape[0];
  if (classes !== undefined && classes !== r231Shape.classes) {
    throw new InputError(
      `${where}: weights for ${classes} classes; R231 has ${r231Shape.classes} (background, right lung, left lung)` +
        (classes === 6 ? ". These are lungmask's LTRCLobes: take unet_r231" : ""),
    );
  }
  const spec = uNetSpec(r231Shape) as unknown as Tree<TensorSpec>;
  const known = new Set(leaves(spec, isSpec).map(({ path }) => path));
  const unknown = [...tensors.keys()].find((name) => !known.has(name) && !isUnusedByR231(name));
  if (unknown !== undefined) throw new InputError(`${where}: "${unknown}" is no tensor of lungmask's R231`);
  return mapTree(spec, isSpec, ({ shape }, path) => {
    const entry = tensors.get(path);
    if (!entry) throw new InputError(`${where}: "${path}" [${shape.join(", ")}] of lungmask's R231 is missing`);
    if (entry.shape.join() !== shape.join()) {
      throw new InputError(`${where}: "${path}" is [${entry.shape.join(", ")}]; R231's is [${shape.join(", ")}]`);
    }
    return hostTensor(entry.data, shape);
  }) as unknown as UNet<HostTensor>;
}
