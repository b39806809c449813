/** Survival analysis on plain numbers: concordance, scores, estimates, comparisons. No tensors. */
export { bootstrap, type BootstrapOptions, type BootstrapValues } from "./comparisons/bootstrap.ts";
export { compareFolds, type CorrectedTTest } from "./comparisons/corrected_t_test.ts";
export { type PairedBootstrap, pairedBootstrap } from "./comparisons/paired_bootstrap.ts";
export {
  type FoldScores,
  foldScores,
  type ScoreSummary,
  type SeedSummary,
  summariseScores,
  summariseSeeds,
} from "./comparisons/summarise_scores.ts";
export { bestReachableCtd, type OutcomeToReach, type TrueSurvival } from "./concordance/best_reachable_ctd.ts";
export {
  type Concordance,
  concordance,
  type ConcordanceTable,
  concordanceTable,
  type CtdLookup,
  type CtdOptions,
  type CtdVariant,
} from "./concordance/concordance.ts";
export { concordanceByDefinition } from "./concordance/concordance_by_definition.ts";
export {
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceIntervalOptions,
} from "./concordance/concordance_interval.ts";
export { unoConcordance, type UnoOptions } from "./concordance/uno_concordance.ts";
export {
  type BaselineHazard,
  type CoxModel,
  type CoxOptions,
  type CoxPatients,
  coxSurvival,
  fitCox,
  type HazardRatio,
  hazardRatios,
} from "./estimates/cox.ts";
export { atRisk, type KaplanMeier, kaplanMeier } from "./estimates/kaplan_meier.ts";
export { type LogRank, logRank } from "./estimates/log_rank.ts";
export { type RiskGroup, type RiskGroups, riskGroups, type RiskSplit, splitAtMedian } from "./estimates/risk_groups.ts";
export { censorAt, daysToMonths, type FollowUp, type MonthRule } from "./follow_up/follow_up.ts";
export { censorPredictions, type Outcomes, survivalAt, type SurvivalPredictions } from "./follow_up/predictions.ts";
export { administrativeBrier, type BrierScores, ipcwBrier } from "./scores/brier.ts";
export {
  type CalibrationCurve,
  calibrationCurve,
  type CalibrationGroup,
  type CalibrationIndex,
  calibrationIndex,
} from "./scores/calibration.ts";
export type { CensoringOptions } from "./scores/censoring_weights.ts";
export { type DCalibration, dCalibration } from "./scores/d_calibration.ts";
export { type DynamicAuc, dynamicAuc } from "./scores/dynamic_auc.ts";
export {
  evaluatePredictions,
  type Evaluation,
  type EvaluationOptions,
  usualReplicates,
} from "./scores/evaluate_predictions.ts";
export {
  type BrierIntervals,
  type ScoreIntervals,
  scoreIntervals,
  type ScoreIntervalsOptions,
} from "./scores/score_intervals.ts";
