import type { LungSegmenter } from "@ctsurv/imaging/mod.ts";

/** A segmenter that holds a compiled network. */
export interface NetworkLungs extends LungSegmenter {
  /** Frees the network. */
  dispose(): Promise<void>;
}
