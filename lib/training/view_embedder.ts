import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { type ImageEmbedder, imageEmbedder } from "./image_embedder.ts";
import type { PatientView, ViewedPatient } from "./patient_view.ts";

/** A frozen backbone, ready for patients as a view shows them. */
export interface ViewEmbedder {
  /**
   * @param images A patient's slices, or volume: {@linkcode ViewedPatient.slices}.
   * @returns [slices or 1, features]
   */
  embed(images: ViewedPatient["slices"]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** More slices at a time do not make a network faster, and take more memory. */
const largestBatch = 8;

/**
 * Makes a backbone ready for a view. Of whole volumes the session is that of the last number of slices: each holds all
 * weights.
 */
export async function viewEmbedder(
  engine: Engine,
  backbone: Backbone,
  { kind, slices, size }: PatientView,
): Promise<ViewEmbedder> {
  const { architecture } = backbone;
  const ready = (depth: number) =>
    imageEmbedder(engine, backbone, {
      shape: kind === "volume" ? [depth, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      batch: kind === "volume" ? 1 : slices === "all" ? largestBatch : Math.min(slices, largestBatch),
    });
  let current: { readonly depth: number; readonly embedder: ImageEmbedder } | undefined;
  const forDepth = async (depth: number) => {
    if (current?.depth === depth) return current.embedder;
    await current?.embedder.dispose();
    current = { depth, embedder: await ready(depth) };
    return current.embedder;
  };
  if (kind === "slice") await forDepth(1);
  else if (slices !== "all") await forDepth(slices);
  return {
    embed: async (images) => await (await forDepth(kind === "volume" ? images.length / size ** 2 : 1)).embed(images),
    dispose: async () => await current?.embedder.dispose(),
  };
}
