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
  /**
   * [slices]: what each slice adds to the risk to first order, its features times the gradient. In log odds. Where features
   * are means of maps it is the sum of the slice's map; the class token of ViT holds more than its map shows.
   */
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
  const bySlice = new Float64Array(maps.shape[0]);
  const width = features.length / bySlice.length;
  features.forEach((value, i) => bySlice[Math.floor(i / width)]! += value * gradients[i]!);
  return { risk, attention, bySlice, maps: signed };
}
