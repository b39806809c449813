import { tf } from "@ctsurv/engine/mod.ts";
import { logitsToSurvival } from "../deephit/survival_from_logits.ts";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { softplus } from "./_stable.ts";
import type { SurvivalReading } from "./survival_loss.ts";

/**
 * What `survivalFromOutputs` computes, as tensors in float32: for a graph that other programs run.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { outputsToSurvival } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const curves = outputsToSurvival(tf.zeros([1, 1]), { kind: "cox", bins: 2, baseline: [0, .1, .2] });
 * assertAlmostEquals((curves.arraySync() as number[][])[0]![2]!, Math.exp(-.2), 1e-6);
 * ```
 *
 * @param outputs [patients, bins] or [patients, 1].
 * @returns [patients, bins + 1]
 * @throws {Error} If the loss has a baseline, and it is missing.
 */
export function outputsToSurvival(
  outputs: tf.Tensor,
  { kind = "deephit", bins = HORIZON_MONTHS, tail = true, baseline }: SurvivalReading = {},
): tf.Tensor {
  if (kind === "deephit") return logitsToSurvival(outputs, { bins, tail });
  // Column k of a product with this matrix sums the columns before k; with its transpose, those from k on.
  const before = tf.tensor2d(
    Float32Array.from({ length: bins * (bins + 1) }, (_, i) => Number(Math.floor(i / (bins + 1)) < i % (bins + 1))),
    [bins, bins + 1],
  );
  if (kind === "mtlr") {
    const sums = tf.matMul(outputs as tf.Tensor2D, tf.slice(before, [0, 1], [bins, bins]), false, true);
    return logitsToSurvival(sums, { bins });
  }
  // 1 less the sigmoid is exp(-softplus), so both are a product of probabilities.
  if (kind === "logistic-hazard" || kind === "pc-hazard") {
    return tf.exp(tf.neg(tf.matMul(softplus(outputs) as tf.Tensor2D, before)));
  }
  if (baseline?.length !== bins + 1) throw new Error(`The curves of the loss ${kind} need a baseline at each month`);
  const last = kind === "cox" ? 1 : baseline[bins]!;
  const hazard = tf.tensor2d(Float32Array.from(baseline, (h) => h / last), [1, bins + 1]);
  const ratio = kind === "cox" ? tf.exp(outputs) : softplus(outputs);
  return tf.exp(tf.neg(tf.matMul(ratio as tf.Tensor2D, hazard)));
}
