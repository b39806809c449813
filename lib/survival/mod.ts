/** Survival: times and labels, DeepHit's losses, and the time-dependent concordance. Only the losses know tensors. */
export type { BootstrapOptions } from "./bootstrap.ts";
export { censorAt } from "./censor_at.ts";
export { type Concordance, concordance } from "./concordance.ts";
export {
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceIntervalOptions,
} from "./concordance_interval.ts";
export { type ConcordanceTable, concordanceTable } from "./concordance_table.ts";
export type { DeepHitLabels } from "./deephit_labels.ts";
export { deepHitLoss, type DeepHitOptions } from "./deephit_loss.ts";
export type { FollowUp } from "./follow_up.ts";
export { type BinLabel, binLabel, type Discretisation } from "./labels.ts";
export { type HeadOptions, likelihoodLoss } from "./likelihood_loss.ts";
export { daysPerMonth, daysToMonths, type MonthRule } from "./months.ts";
export type { CtdLookup, CtdOptions, CtdVariant } from "./ctd_options.ts";
export { checkOutcomes, type Outcomes } from "./outcomes.ts";
export { rankingLoss, type RankingOptions } from "./ranking_loss.ts";
export { survivalFromLogits } from "./survival_from_logits.ts";
export { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";
