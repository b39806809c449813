import * as Plot from "@observablehq/plot";
import { theme } from "./theme.ts";
import type { TumourExtent } from "./tumour_slices.ts";

/** The slices that hold tumour, shaded over the whole height of a figure whose x is the slice. */
export function tumourMark(tumours: TumourExtent): Plot.Rect {
  return Plot.rectX(tumours, {
    x1: ([first]: readonly [number, number]) => first - 0.5,
    x2: ([, last]: readonly [number, number]) => last + 0.5,
    fill: theme.truth,
    fillOpacity: 0.3,
  });
}
