import { findComponents } from "../find_components.ts";
import type { Volume } from "../volume.ts";

/** A region with this share on one side of the body is a lung of that side, though it reach over the midline. */
const ONE_SIDED = 0.8;

/**
 * Volume of the right and of the left lung, mL. Regions that lie on both sides, as lungs that touch in front of the
 * heart, are divided at the midline.
 *
 * @param lungs [slices, rows, columns] of a volume in "LPS" order: columns run from the patient's right to the left.
 * @param midline Column of the body's middle.
 */
export function lungSides(
  lungs: Uint8Array,
  { shape, spacing }: Pick<Volume, "shape" | "spacing">,
  midline: number,
): { readonly right: number; readonly left: number } {
  const columns = shape[2];
  const { sizes, starts, ends, labels } = findComponents(lungs, shape);
  const onRight = new Float64Array(sizes.length);
  for (let run = 0; run < starts.length; run++) {
    const row = starts[run]! - starts[run]! % columns;
    const end = Math.min(ends[run]!, row + Math.round(midline));
    onRight[labels[run]!]! += Math.max(0, end - starts[run]!);
  }
  let [right, left] = [0, 0];
  sizes.forEach((size, label) => {
    const share = onRight[label]! / size;
    const voxels = share >= ONE_SIDED ? size : share <= 1 - ONE_SIDED ? 0 : onRight[label]!;
    right += voxels;
    left += size - voxels;
  });
  const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
  return { right: right * millilitres, left: left * millilitres };
}
