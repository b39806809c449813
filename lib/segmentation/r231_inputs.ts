import type { Box, Volume } from "@ctsurv/imaging/mod.ts";
import { R231_SIZE, r231Input } from "./r231_input.ts";

/** All slices of a volume, ready for R231. */
export interface R231Inputs {
  /** [slices, 256, 256] */
  readonly images: Float32Array;
  /** What each was cut out of. */
  readonly boxes: readonly Box[];
}

/** `r231Input()` for every slice of a volume in "LPS" order. */
export function r231Inputs({ hu, shape: [slices, rows, columns] }: Pick<Volume, "hu" | "shape">): R231Inputs {
  const images = new Float32Array(slices * R231_SIZE * R231_SIZE);
  const boxes = Array.from({ length: slices }, (_, slice) => {
    const plane = hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    const { image, box } = r231Input(plane, [rows, columns]);
    images.set(image, slice * image.length);
    return box;
  });
  return { images, boxes };
}
