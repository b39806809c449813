import type { ScannedSeries } from "./scan_images.ts";

/** A file that outlines structures on a CT, and how. */
export interface FoundSegmentation {
  readonly kind: "SEG" | "RTSTRUCT";
  /** Relative to the scanned folder. */
  readonly path: string;
}

/** The SEG and RTSTRUCT files that say they were drawn on a CT series; what does not say so is not taken. */
export function findSegmentations(all: readonly ScannedSeries[], { patient, uid }: ScannedSeries): FoundSegmentation[] {
  return all.flatMap(({ patient: owner, modality: kind, refersTo, instances }) => {
    if (owner !== patient || kind !== "SEG" && kind !== "RTSTRUCT" || !refersTo.includes(uid)) return [];
    return instances.map(({ paths }) => ({ kind, path: paths[0]! }));
  });
}
