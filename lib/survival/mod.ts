/**
 * Survival analysis on plain numbers: it scores predicted survival curves against a right-censored follow-up, and
 * estimates and compares survival. It needs no tensors and no engine.
 *
 * - `follow_up`: months and events, and the predictions that all scores take ({@linkcode SurvivalPredictions}).
 * - `concordance`: time-dependent concordance (Ctd), of all patients or within the folds of a cross-validation, and its
 *   interval; Uno's C.
 * - `scores`: Brier scores, dynamic AUC, calibration, D-calibration, and all of them at once.
 * - `estimates`: Kaplan-Meier, log-rank test, Cox regression with and without a penalty, risk groups.
 * - `comparisons`: bootstrap, paired bootstrap and the corrected t-test of two models, summaries over folds and seeds.
 *
 * Start with {@linkcode concordance} for one number and with {@linkcode evaluatePredictions} for every score. Labels,
 * loss and curves of DeepHit are in `survival/deephit`, and the other losses in `survival/losses`.
 *
 * @module
 */
export { bootstrap, type BootstrapOptions, type BootstrapValues, type Strata } from "./comparisons/bootstrap.ts";
export { compareFolds, compareRepeats, type CorrectedTTest } from "./comparisons/corrected_t_test.ts";
export { detectableDifference, type DetectableDifferenceOptions } from "./comparisons/detectable_difference.ts";
export { holm } from "./comparisons/holm.ts";
export { type CtdReading, differenceOfReadings } from "./comparisons/difference_of_readings.ts";
export { type PairedBootstrap, pairedBootstrap, type PairedBootstrapOptions } from "./comparisons/paired_bootstrap.ts";
export {
  type FoldScores,
  foldScores,
  type ScoreSummary,
  type SeedSummary,
  summariseScores,
  summariseSeeds,
} from "./comparisons/summarise_scores.ts";
export {
  compareSubgroups,
  type Subgroup,
  type SubgroupComparison,
  type SubgroupInteraction,
  type SubgroupOptions,
} from "./comparisons/subgroups.ts";
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
export {
  concordanceWithinFolds,
  concordanceWithinFoldsInterval,
  type CtdWithinFolds,
  ctdWithinFolds,
  type CtdWithinFoldsEntry,
} from "./concordance/concordance_within_folds.ts";
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
export { type IsotonicRegression, isotonicRegression } from "./estimates/isotonic_regression.ts";
export {
  atRisk,
  type KaplanMeier,
  kaplanMeier,
  kaplanMeierAt,
  type SurvivalEstimate,
} from "./estimates/kaplan_meier.ts";
export { type LikelihoodRatio, likelihoodRatio } from "./estimates/likelihood_ratio.ts";
export { type LogRank, logRank } from "./estimates/log_rank.ts";
export {
  coxLogLikelihood,
  fitPenalisedCox,
  type PenalisedCox,
  type PenalisedCoxOptions,
  penalisedCoxPath,
  type PenalisedCoxPathOptions,
  penaltyGrid,
  type PenaltyOptions,
} from "./estimates/penalised_cox.ts";
export { type RiskGroup, type RiskGroups, riskGroups, type RiskSplit, splitAtMedian } from "./estimates/risk_groups.ts";
export { censorAt, daysToMonths, type FollowUp, HORIZON_MONTHS, type MonthRule } from "./follow_up/follow_up.ts";
export {
  censorPredictions,
  type FoldOfPatients,
  type Outcomes,
  survivalAt,
  type SurvivalPredictions,
} from "./follow_up/predictions.ts";
export { survivalLosses, type SurvivalLossFacts, type SurvivalLossName } from "./losses/loss_facts.ts";
export { type AucWithinFolds, aucWithinFolds } from "./scores/auc_within_folds.ts";
export { administrativeBrier, type BrierScores, ipcwBrier } from "./scores/brier.ts";
export {
  type CalibrationCurve,
  calibrationCurve,
  type CalibrationGroup,
  type CalibrationIndex,
  calibrationIndex,
} from "./scores/calibration.ts";
export type { CensoringOptions } from "./scores/censoring_weights.ts";
export { checkSpreadLevel, type CurveSpread, curveSpread } from "./scores/curve_spread.ts";
export { type DCalibration, dCalibration } from "./scores/d_calibration.ts";
export { type DecisionCurve, decisionCurve, type DecisionPoint, usefulThresholds } from "./scores/decision_curve.ts";
export { type DynamicAuc, dynamicAuc } from "./scores/dynamic_auc.ts";
export {
  evaluatePredictions,
  type Evaluation,
  type EvaluationOptions,
  usualReplicates,
} from "./scores/evaluate_predictions.ts";
export { type HorizonScores, horizonScores } from "./scores/horizon_scores.ts";
export {
  type FoldRecalibration,
  recalibrate,
  type Recalibration,
  type RecalibrationMethod,
} from "./scores/recalibration.ts";
export {
  type BrierIntervals,
  type ScoredAt,
  type ScoreIntervals,
  scoreIntervals,
  type ScoreIntervalsOptions,
} from "./scores/score_intervals.ts";
export {
  type Estimated,
  type MaybeEstimated,
  type ValidationScores,
  validationScores,
} from "./scores/validation_scores.ts";
export {
  type EstimatedCorrelation,
  type SpreadCalibration,
  spreadCalibration,
  type SpreadCalibrationOptions,
  type SpreadGroup,
  type SpreadPredictions,
} from "./scores/spread_calibration.ts";
