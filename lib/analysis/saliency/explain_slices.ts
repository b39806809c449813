import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { gradCam, type SaliencyMaps } from "./grad_cam.ts";
import type { HeadRisk } from "./head_risk.ts";
import type { MapNetwork, MappedSlices } from "./map_network.ts";

/** Why a model gives a patient this risk, slice by slice and place by place. */
export interface SliceExplanation {
  /** Log odds of death. */
  readonly risk: number;
  /** [slices]: attention on each slice, from feet to head; sums to 1. */
  readonly attention: Float32Array;
  /** [slices]: what each slice adds to the risk to first order, the sum of its map. In log odds. */
  readonly bySlice: Float64Array;
  /** Grad-CAM before its ReLU; `positivePart` applies it. */
  readonly maps: SaliencyMaps;
}

/**
 * Explains the risk of one patient: maps of the backbone, gradient of the head, and their product (see `gradCam`).
 *
 * @param slices What {@linkcode MapNetwork} made of the patient's slices. It can be used with any number of heads.
 * @throws {InputError} If the head gives numbers that are not finite.
 */
export async function explainSlices(
  network: MapNetwork,
  heads: HeadRisk,
  head: SurvivalHead<HostTensor>,
  slices: MappedSlices,
): Promise<SliceExplanation> {
  const { maps, features } = slices;
  const { risk, gradients, attention } = await heads.gradients(head, { features, slices: maps.shape[0] });
  const signed = gradCam(maps, await network.weights(slices, gradients));
  const [count, rows, columns] = signed.shape;
  const bySlice = Float64Array.from(
    { length: count },
    (_, slice) =>
      signed.data.subarray(slice * rows * columns, (slice + 1) * rows * columns).reduce((sum, value) => sum + value, 0),
  );
  return { risk, attention, bySlice, maps: signed };
}
