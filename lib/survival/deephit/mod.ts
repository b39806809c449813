/** DeepHit: labels, the loss, and survival curves from logits. The one room of `survival` with tensors. */
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
export { survivalFromLogits } from "./survival_from_logits.ts";
