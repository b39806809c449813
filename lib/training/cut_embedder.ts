import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { type ImageEmbedder, imageEmbedder } from "./image_embedder.ts";
import type { PatientView } from "./patient_view.ts";

/** Activations before a final block, slice by slice, or of one volume. */
export interface Activations {
  /** Slices, or 1 for a volume. */
  readonly count: number;
  /** Of one of them: [rows, columns, channels], of a volume [slices', rows, columns, channels], of ViT [tokens, channels]. */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly data: Float32Array;
}

/** The frozen part of a backbone, ready to run. */
export interface CutEmbedder {
  readonly backbone: Backbone;
  /** @param slices A patient's, [count, size, size] in [0, 1]. */
  embed(slices: Float32Array): Promise<Activations>;
  dispose(): Promise<void>;
}

/**
 * Makes the frozen part of a backbone ready for slices of its own size, or of a view's. A network of volumes takes all
 * slices of a patient as one; its session is that of the last number of slices, as each holds all weights.
 */
export async function cutEmbedder(
  engine: Engine,
  backbone: Backbone,
  { size }: Pick<PatientView, "size"> = backbone.architecture,
): Promise<CutEmbedder> {
  const { architecture } = backbone;
  const isVolume = architecture.input === "volume";
  const ready = (slices: number) =>
    imageEmbedder(engine, backbone, {
      shape: isVolume ? [slices, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      at: "cut",
      ...isVolume && { batch: 1 },
    });
  let current: { readonly slices: number; readonly embedder: ImageEmbedder } | undefined;
  if (!isVolume) current = { slices: 1, embedder: await ready(1) };
  return {
    backbone,
    async embed(slices) {
      const depth = isVolume ? slices.length / size ** 2 : 1;
      if (current?.slices !== depth) {
        await current?.embedder.dispose();
        current = { slices: depth, embedder: await ready(depth) };
      }
      const { embedder } = current;
      const data = await embedder.embed(slices);
      return { count: data.length / embedder.features, shape: embedder.shape, data };
    },
    dispose: async () => await current?.embedder.dispose(),
  };
}
