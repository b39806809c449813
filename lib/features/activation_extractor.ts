import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { latestSession } from "./_volumes/latest_session.ts";
import { imageFeatureExtractor } from "./feature_extractor.ts";
import type { View } from "./view.ts";

/** Activations at the cut before a final block, for each slice or for one volume. */
export interface Activations {
  /** Number of slices, or 1 for a volume. */
  readonly count: number;
  /** For a slice [rows, columns, channels]; ViT [tokens, channels]; for a volume [depth, rows, columns, channels]. */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly data: Float32Array;
}

/** The frozen part of a backbone, ready to run. */
export interface ActivationExtractor {
  /** The network and its weights. */
  readonly backbone: Backbone;
  /**
   * Computes the activations at the cut.
   *
   * @param slices Slices of a patient, [count, size, size] in [0, 1].
   */
  extract(slices: Float32Array): Promise<Activations>;
  /** Frees the session and its weights. */
  dispose(): Promise<void>;
}

/**
 * Makes the frozen part of a backbone ready for slices of its own size, or of the size of a view. A network of volumes
 * takes all slices of a patient as one volume. It keeps the session of the last number of slices only, since each
 * session holds all weights.
 *
 * @example
 * ```ts
 * import { cpuEngine, tf } from "@ctsurv/ctsurv/engine";
 * import { activationExtractor } from "@ctsurv/ctsurv/features";
 * import { efficientNetB0 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * // A network without weights, whose final block is all of it.
 * const architecture = { ...efficientNetB0, trunk: (x: tf.Tensor) => x };
 * const backbone = { architecture, parameters: {}, source: { kind: "seeded", seed: 0, sha256: "none" } } as const;
 * const extractor = await activationExtractor(cpuEngine(), backbone, { size: 2 });
 * const { count, shape } = await extractor.extract(new Float32Array(5 * 2 * 2)); // five slices of 2 x 2
 * assertEquals([count, shape], [5, [2, 2, 3]]);
 * await extractor.dispose();
 * ```
 *
 * @throws {InputError} If the slices are too small for the network.
 */
export async function activationExtractor(
  engine: Engine,
  backbone: Backbone,
  { size }: Pick<View, "size"> = backbone.architecture,
): Promise<ActivationExtractor> {
  const { architecture } = backbone;
  const isVolume = architecture.input === "volume";
  const ready = (slices: number) =>
    imageFeatureExtractor(engine, backbone, {
      shape: isVolume ? [slices, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      at: "cut",
      ...isVolume && { batch: 1 },
    });
  const sessions = latestSession(ready);
  if (!isVolume) await sessions.of(1);
  return {
    backbone,
    async extract(slices) {
      const extractor = await sessions.of(isVolume ? slices.length / size ** 2 : 1);
      const data = await extractor.extract(slices);
      return { count: data.length / extractor.features, shape: extractor.shape, data };
    },
    dispose: sessions.dispose,
  };
}
