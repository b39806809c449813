import type { Volume } from "./volume.ts";

/**
 * Finds the lungs in a CT: by threshold, or by a network that is passed in, so that this folder needs no tensors.
 */
export interface LungSegmenter {
  /** Names method and settings or weights, for provenance and as part of cache keys: same name, same masks. */
  readonly name: string;
  /** What `createLungSegmenter` makes it by, so that another thread can have one too; absent where it was not. */
  readonly method?: string;
  /** 1 in the lungs, 0 elsewhere; [slices, rows, columns] of the volume, which is in canonical ("LPS") orientation. */
  segment(volume: Volume): Promise<Uint8Array>;
}
