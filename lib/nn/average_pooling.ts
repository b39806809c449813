import { tf } from "@ctsurv/engine/mod.ts";
import { attendByScores, type Attended } from "./attend_by_scores.ts";

/** Average pooling has nothing to learn. */
export type AveragePooling = Readonly<Record<never, never>>;

/** The mean of each patient's own slices; see `gatedAttention` for the shapes. */
export function averagePooling(slices: tf.Tensor2D, membership: tf.Tensor2D): Attended {
  return attendByScores(slices, membership, tf.zeros([slices.shape[0]]));
}
