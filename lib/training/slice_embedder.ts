import { InputError } from "@ctsurv/common/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { imageEmbedder } from "./image_embedder.ts";

/** A frozen backbone, ready to run. */
export interface SliceEmbedder {
  /**
   * Pooled features of preprocessed slices.
   *
   * @param slices [count, size, size] in [0, 1], `size` being the embedder's.
   * @returns [count, features]
   */
  embed(slices: Float32Array, onSlices?: (done: number) => void): Promise<Float32Array>;
  /** Multiply-accumulates for one slice. */
  readonly macsPerSlice: number;
  dispose(): Promise<void>;
}

/**
 * Makes a backbone ready for slices of its own size.
 *
 * @throws {InputError} If it takes volumes.
 */
export async function sliceEmbedder(engine: Engine, backbone: Backbone): Promise<SliceEmbedder> {
  const { architecture } = backbone;
  if (architecture.input !== "slice") throw new InputError(`${architecture.title} takes volumes, not single slices`);
  const { embed, macsPerImage, dispose } = await imageEmbedder(engine, backbone, {
    shape: [architecture.size, architecture.size],
    prepare: (slices) => toNetworkInput(slices, architecture),
  });
  return { embed, macsPerSlice: macsPerImage, dispose };
}
