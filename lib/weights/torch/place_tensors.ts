import { itemSizes } from "../dtype.ts";
import type { Refuse } from "../refuse.ts";
import { sizeOf, spanOf, type Storage, type StoredTensor } from "../stored_tensor.ts";
import type { PickledTensor } from "./pickled.ts";

/** A view may repeat numbers, or leave most of what it reaches over out; all together take no more than that. */
const mostCopies = 8;
const freeBytes = 1 << 20;

/** Gives each tensor its storage, and refuses views that would take far more memory or reading than the file. */
export function placeTensors(
  tensors: ReadonlyMap<string, PickledTensor>,
  storages: ReadonlyMap<string, Storage>,
  fileSize: number,
  refuse: Refuse,
): ReadonlyMap<string, StoredTensor> {
  let bytes = 0;
  const placed = new Map<string, StoredTensor>();
  for (const [name, { key, dtype, shape, strides, offset }] of tensors) {
    const view = { dtype, shape, strides, offset };
    bytes += Math.max(sizeOf(shape), spanOf(view)) * itemSizes[dtype];
    placed.set(name, { ...view, storage: storages.get(key)! });
  }
  if (bytes > mostCopies * fileSize + freeBytes) {
    throw refuse(`its tensors repeat their numbers more than ${mostCopies} times over`);
  }
  return placed;
}
