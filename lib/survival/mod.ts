/**
 * Survival: times and labels, DeepHit's losses, and how predicted curves are evaluated: concordance, AUC, Brier scores,
 * calibration, Kaplan-Meier, and comparisons of models. Only the losses know tensors.
 */
export { administrativeBrier } from "./administrative_brier.ts";
export { atRisk } from "./at_risk.ts";
export { bootstrap, type BootstrapOptions, type BootstrapValues } from "./bootstrap.ts";
export type { BaselineHazard } from "./breslow_hazard.ts";
export type { BrierScores } from "./brier_scores.ts";
export { type CalibrationCurve, calibrationCurve, type CalibrationGroup } from "./calibration_curve.ts";
export { censorAt } from "./censor_at.ts";
export { censorPredictions } from "./censor_predictions.ts";
export { type CalibrationIndex, calibrationIndex } from "./calibration_index.ts";
export type { CensoringOptions } from "./censoring_weights.ts";
export { chiSquareTail } from "./chi_square_tail.ts";
export { compareFolds } from "./compare_folds.ts";
export { type Concordance, concordance } from "./concordance.ts";
export {
  type ConcordanceInterval,
  concordanceInterval,
  type ConcordanceIntervalOptions,
} from "./concordance_interval.ts";
export { type ConcordanceTable, concordanceTable } from "./concordance_table.ts";
export { type CorrectedTTest, correctedTTest } from "./corrected_t_test.ts";
export { type CoxModel, type CoxOptions, type CoxPatients, fitCox } from "./cox.ts";
export { coxSurvival } from "./cox_survival.ts";
export type { CtdLookup, CtdOptions, CtdVariant } from "./ctd_options.ts";
export { type DCalibration, dCalibration } from "./d_calibration.ts";
export { type HazardRatio, hazardRatios } from "./hazard_ratios.ts";
export type { DeepHitLabels } from "./deephit_labels.ts";
export { deepHitLoss, type DeepHitOptions } from "./deephit_loss.ts";
export { type DynamicAuc, dynamicAuc } from "./dynamic_auc.ts";
export {
  evaluatePredictions,
  type Evaluation,
  type EvaluationOptions,
  usualReplicates,
} from "./evaluate_predictions.ts";
export { type FoldScores, foldScores } from "./fold_scores.ts";
export type { FollowUp } from "./follow_up.ts";
export { ipcwBrier } from "./ipcw_brier.ts";
export { type KaplanMeier, kaplanMeier } from "./kaplan_meier.ts";
export { type BinLabel, binLabel, type Discretisation } from "./labels.ts";
export { type HeadOptions, likelihoodLoss } from "./likelihood_loss.ts";
export { type LogRank, logRank } from "./log_rank.ts";
export { daysPerMonth, daysToMonths, type MonthRule } from "./months.ts";
export { checkOutcomes, type Outcomes } from "./outcomes.ts";
export { type PairedBootstrap, pairedBootstrap } from "./paired_bootstrap.ts";
export { rankingLoss, type RankingOptions } from "./ranking_loss.ts";
export { type RiskGroup, type RiskGroups, riskGroups } from "./risk_groups.ts";
export { type RiskSplit, splitAtMedian } from "./split_at_median.ts";
export {
  type BrierIntervals,
  type ScoreIntervals,
  scoreIntervals,
  type ScoreIntervalsOptions,
} from "./score_intervals.ts";
export { stepAt } from "./step_at.ts";
export { studentTail } from "./student_tail.ts";
export { type ScoreSummary, summariseScores } from "./summarise_scores.ts";
export { type SeedSummary, summariseSeeds } from "./summarise_seeds.ts";
export { survivalAt } from "./survival_at.ts";
export { survivalFromLogits } from "./survival_from_logits.ts";
export { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";
export { unoConcordance, type UnoOptions } from "./uno_concordance.ts";
