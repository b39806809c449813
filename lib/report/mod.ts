/**
 * Figures, pictures, tables and files of results, made from plain numbers and typed arrays. Nothing here trains a
 * model or opens a cohort. Importing it leaves a notebook's kernel as it is. It does load TensorFlow.js, whose backend
 * the engine folder then sets to `cpu`, because costs are counted on the networks.
 *
 * Its rooms are `figures` (vector figures as SVG, with Observable Plot), `pictures` (CT slices as PNG, JPEG and HTML),
 * `tables` (one table as HTML, Markdown, CSV and text), `results` (the JSON files that the notebooks write, with their
 * schemas), `laws` (results under several laws of a phantom), `explanation` (where a model looks), `claims` (the paper's claims, judged by results),
 * `sentences` (what a result says, with its verdict), `methods` (a paragraph for a paper, from results) and
 * `verification` (what differs between two folders of results). Figures, pictures and tables are
 * {@linkcode Displayable}: a Deno notebook shows them if they are a cell's last expression.
 *
 * The first calls to know are {@linkcode table} for any rows, {@linkcode kaplanMeierFigure} for outcomes,
 * {@linkcode sliceMontage} for a CT, {@linkcode readTable1} with {@linkcode table1} for what a run computed, and
 * {@linkcode compareResults} for two runs.
 *
 * @module
 */
export { type Displayable, jupyterDisplay } from "./displayable.ts";
export { attentionFigure, type AttentionFigureOptions } from "./figures/attention_figure.ts";
export { attentionStrip, type AttentionStripOptions } from "./figures/attention_strip.ts";
export { calibrationFigure, type CalibrationFigureOptions } from "./figures/calibration_figure.ts";
export { costFigure } from "./figures/cost_figure.ts";
export { decisionCurveFigure, type NamedDecisionCurve } from "./figures/decision_curve_figure.ts";
export type { Figure } from "./figures/figure.ts";
export { flopsFigure } from "./figures/flops_figure.ts";
export { foldFigure, type FoldFigureOptions } from "./figures/fold_figure.ts";
export { histogram, type HistogramOptions } from "./figures/histogram.ts";
export { kaplanMeierFigure, type KaplanMeierFigureOptions, type SurvivalGroup } from "./figures/kaplan_meier_figure.ts";
export { lossCurve, type LossCurveOptions, type LossSeries } from "./figures/loss_curve.ts";
export { lungAreaFigure, type LungAreaFigureOptions } from "./figures/lung_area_figure.ts";
export { multiverseFigure } from "./figures/multiverse_figure.ts";
export { type SurvivalCurve, survivalCurves } from "./figures/survival_curves.ts";
export { describeView, escapeMarkup, formatNumber } from "./format.ts";
export { contactSheet, type ContactSheetOptions, type SheetScan } from "./pictures/contact_sheet.ts";
export type { SliceHeat } from "./pictures/slice_heat.ts";
export {
  type Picture,
  type SliceCrop,
  sliceImage,
  type SliceImageOptions,
  sliceMontage,
  type SliceMontageOptions,
  type SliceOverlay,
  type SliceStack,
} from "./pictures/slice_image.ts";
export { type SliceViewer, sliceViewer, type SliceViewerOptions } from "./pictures/slice_viewer.ts";
export { type CoxCeiling, coxCeiling } from "./results/cox_ceiling.ts";
export {
  type AggregationComparison,
  type AggregationResult,
  readAggregation,
  writeAggregation,
} from "./results/aggregation_result.ts";
export { type CostResult, readCosts } from "./results/costs.ts";
export {
  type ExplanationResult,
  readExplanation,
  type SanityCheck,
  writeExplanation,
} from "./explanation/explanation_result.ts";
export { type CrossValidationRecord, readCrossValidation, writeCrossValidation } from "./results/cross_validation.ts";
export { type FoldFile, foldPath, readFold, removeOtherFolds, writeFold } from "./results/fold_file.ts";
export { judgeClaims } from "./claims/judge_claims.ts";
export {
  type FusionComparison,
  type FusionModel,
  type FusionResult,
  type FusionRow,
  readFusion,
  writeFusion,
} from "./fusion/fusion_result.ts";
export { fusionTable } from "./fusion/fusion_table.ts";
export { saysFusion } from "./fusion/says_fusion.ts";
export type { LawResult } from "./laws/law_result.ts";
export { type LawRow, lawTable } from "./laws/law_table.ts";
export { type OtherSeeds, readOtherSeeds, saysOtherSeeds, writeOtherSeeds } from "./laws/other_seeds.ts";
export { type BatchSizeRow, type LossesResult, type LossRow, readLosses, writeLosses } from "./losses/losses_result.ts";
export { batchSizesTable, lossesTable } from "./losses/losses_table.ts";
export { saysBatchSizes, saysLosses } from "./losses/says_losses.ts";
export { METHODS_TO_ADD, type MethodsInput, methodsParagraph, readMethods } from "./methods/methods.ts";
export {
  type MissingRow,
  type MultiverseCtd,
  type MultiverseEffect,
  type MultiverseResult,
  type MultiverseRow,
  readMultiverse,
  writeMultiverse,
} from "./results/multiverse.ts";
export { type CrossValidated, modelResult, type ModelResultOptions } from "./results/model_result.ts";
export { type NullResult, readNull, writeNull } from "./results/null_file.ts";
export { type ProtocolRecord, type Provenance, provenance, type ProvenanceInput } from "./results/provenance.ts";
export { readIfThere, resultFiles } from "./results/result_files.ts";
export { readRunRecord, type RunRecord, writeRunRecord } from "./results/run_record.ts";
export {
  type ModelResult,
  readTable1,
  type Table1Comparison,
  type Table1Fold,
  type Table1Result,
  updateTable1,
  writeTable1,
} from "./results/table1.ts";
export {
  readTable2,
  table2,
  type Table2Result,
  type Table2Row,
  table2Row,
  type TransferCohort,
  type TransferPair,
  type TransferSize,
  writeTable2,
} from "./results/table2.ts";
export {
  type ClaimEvidence,
  type ClaimVerdict,
  type Finding,
  reachVerdict,
  readVerdicts,
  VERDICT_RULE,
  verdictPage,
  type Verdicts,
  verdictTable,
  writeVerdicts,
} from "./claims/verdicts.ts";
export { type AttentionEvidence, saysWhatAttentionDoes } from "./sentences/says_what_attention_does.ts";
export { saysAttention, saysAttentionBesideControl } from "./sentences/says_attention.ts";
export { saysCalibration, type SaysCalibrationOptions } from "./sentences/says_calibration.ts";
export { type Ceilings, saysCeilings } from "./sentences/says_ceilings.ts";
export { type SaidDifference, saysDifference, type SaysDifferenceOptions } from "./sentences/says_difference.ts";
export { type SaidScore, saysInterval, type SaysIntervalOptions } from "./sentences/says_interval.ts";
export { saysLaw } from "./sentences/says_law.ts";
export { saysLawResult } from "./sentences/says_law_result.ts";
export { saysPointing, saysSanity, saysSliceOrder } from "./explanation/says_explanation.ts";
export { saysSpread } from "./sentences/says_spread.ts";
export { saysTransfer, type TransferAtSize } from "./sentences/says_transfer.ts";
export { type Sentences, sentences } from "./sentences/sentences.ts";
export {
  type CostRow,
  costTable,
  type CostTableOptions,
  flopsFindings,
  flopsTable,
  type ShownCost,
} from "./tables/cost_table.ts";
export { clinicalFrame, resultsFrame, toDataFrame } from "./tables/data_frames.ts";
export { explanationTable } from "./explanation/explanation_table.ts";
export { type FrameLike, frameTable } from "./tables/frame_table.ts";
export { multiverseTable } from "./tables/multiverse_table.ts";
export { qualityCsv, qualityTable } from "./tables/quality_table.ts";
export { type Table, table, type TableColumn, type TableValue } from "./tables/table.ts";
export { table1, table1Comparisons } from "./tables/table1.ts";
export { compareResults, type ResultsComparison } from "./verification/compare_results.ts";
export type { Difference, ResultValue } from "./verification/difference.ts";
export { type NumberKind, numberKinds } from "./verification/number_kind.ts";
export { profileTolerances, type Tolerances, withTolerances } from "./verification/tolerances.ts";
export { verificationText, type VerificationTextOptions } from "./verification/verification_text.ts";
export type { DataFrame } from "danfojs-node";
export { type ComparedCohort } from "./compared_cohort.ts";
export { namedMessages, remarkLines, type Remarks } from "./remarks.ts";
export {
  type CaseMix,
  type ExternalValidation,
  externalValidationTable,
  readExternalValidation,
  saysExternalValidation,
  writeExternalValidation,
} from "./beyond/external_validation.ts";
export {
  type LearningCurve,
  learningCurveTable,
  type LearningPoint,
  readLearningCurve,
  saysLearningCurve,
  writeLearningCurve,
} from "./beyond/learning_curve.ts";
export { learningCurveFigure } from "./beyond/learning_curve_figure.ts";
export {
  readRepeats,
  type RepeatedScore,
  type Repeats,
  repeatsTable,
  type RepeatTest,
  saysRepeats,
  writeRepeats,
} from "./beyond/repeats.ts";
export { saysUncertainty } from "./beyond/says_uncertainty.ts";
export {
  readUncertainty,
  type SpreadSource,
  type UncertaintyResult,
  type UncertaintyRow,
  writeUncertainty,
} from "./beyond/uncertainty_result.ts";
export { spreadTable, uncertaintyTable } from "./beyond/uncertainty_tables.ts";
