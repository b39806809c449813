import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { cumulativeHazard, type SurvivalLossOptions } from "@ctsurv/survival/losses/mod.ts";
import { HORIZON_MONTHS, survivalLosses } from "@ctsurv/survival/mod.ts";
import type { HeadPredictor } from "../head_predictor.ts";

/**
 * The shape of a head with as many outputs as its loss takes: one for each month, or one.
 *
 * @param shape Its `bins` stay the months of the labels and of the curves.
 * @throws {InputError} If a loss with one output is asked for other months than 24.
 */
export function shapeForLoss(
  shape: SurvivalHeadShape,
  { kind = "deephit" }: Pick<SurvivalLossOptions, "kind"> = {},
): SurvivalHeadShape {
  if (survivalLosses[kind].outputs === "bins") return shape;
  const { bins = HORIZON_MONTHS } = shape;
  if (bins !== HORIZON_MONTHS) {
    throw new InputError(`The loss ${kind} knows ${HORIZON_MONTHS} months, and the head is to have ${bins}`);
  }
  return { ...shape, outputs: 1 };
}

/** The weights of a head that a training changes, without its baseline. */
export function trainedWeights<T>({ embedding, aggregation, survival }: SurvivalHead<T>): SurvivalHead<T> {
  return { embedding, aggregation, survival };
}

/**
 * A head with the cumulative hazard of its training patients, where its loss does not learn the level of the curves.
 *
 * Cox's loss is the same whatever is added to all log hazards, and AdamW leaves the bias of the output where rounding took
 * it. The bias is therefore moved so that the log
 * hazards of the training patients have mean 0: the baseline is then that of an average patient, and no number overflows.
 *
 * @param patients Those of the training, with the features that the head takes.
 * @throws {InputError} If the log hazards are so far apart that there is no baseline.
 */
export async function withBaseline(
  predictor: Pick<HeadPredictor, "outputs">,
  head: SurvivalHead<HostTensor>,
  patients: readonly TrainingPatient[],
  { kind = "deephit" }: Pick<SurvivalLossOptions, "kind"> = {},
): Promise<SurvivalHead<HostTensor>> {
  if (!survivalLosses[kind].hasBaseline) return head;
  const followed = patients.map(({ followUp }) => followUp);
  if (kind !== "cox") return { ...head, baseline: hostHazard(cumulativeHazard(followed)) };
  const given = (await predictor.outputs(head, patients)).map(([g]) => g!);
  const mean = given.reduce((sum, g) => sum + g, 0) / given.length;
  const { output } = head.survival;
  const moved = output.bias.data.map((bias) => bias - mean) as Float32Array;
  const centred = { ...head, survival: { ...head.survival, output: { ...output, bias: hostTensor(moved, [1]) } } };
  const logHazards = given.map((g) => g - mean);
  return { ...centred, baseline: hostHazard(cumulativeHazard(followed, { logHazards })) };
}

/** As the weights of a head are kept, in float32. */
function hostHazard(hazard: Float64Array): HostTensor {
  return hostTensor(Float32Array.from(hazard), [HORIZON_MONTHS + 1]);
}
