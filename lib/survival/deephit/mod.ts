/**
 * DeepHit (Lee et al. 2018) for one kind of event: monthly labels, the loss, and survival curves from logits. This is
 * the only part of `survival` with tensors.
 *
 * Before training, {@linkcode binLabel} turns months into bins; {@linkcode deepHitLoss} is the loss of a batch; after
 * training, {@linkcode survivalFromLogits} gives the curves. {@linkcode constantLoss} is what a training has to beat.
 *
 * @module
 */
export { constantLoss, type ConstantLossOptions } from "./constant_loss.ts";
export { type BinLabel, binLabel, type Discretisation } from "./labels.ts";
export {
  type DeepHitLabels,
  deepHitLoss,
  type DeepHitOptions,
  type HeadOptions,
  likelihoodLoss,
  rankingLoss,
  type RankingOptions,
} from "./loss.ts";
export { logitsToSurvival, survivalFromLogits } from "./survival_from_logits.ts";
