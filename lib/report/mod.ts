/** Figures, tables and results, made from plain numbers. */
export { type AggregationResult, readAggregation, writeAggregation } from "./aggregation_result.ts";
export { attentionEntropy } from "./attention_entropy.ts";
export { attentionFigure, type AttentionFigureOptions } from "./attention_figure.ts";
export { type AttendedPatient, type AttentionOnTumour, attentionOnTumour } from "./attention_on_tumour.ts";
export { type AttentionShare, attentionShare } from "./attention_share.ts";
export { attentionStrip, type AttentionStripOptions } from "./attention_strip.ts";
export { bestReachableCtd, type OutcomeToReach } from "./best_reachable_ctd.ts";
export { calibrationFigure, type CalibrationFigureOptions } from "./calibration_figure.ts";
export { contactSheet, type ContactSheetOptions, type SheetScan } from "./contact_sheet.ts";
export { costFigure } from "./cost_figure.ts";
export { type CostRow, costTable, type CostTableOptions } from "./cost_table.ts";
export { describeView } from "./describe_view.ts";
export { toDataFrame } from "./data_frame.ts";
export { type Displayable, jupyterDisplay } from "./displayable.ts";
export { escapeMarkup } from "./escape_markup.ts";
export { type Figure, figure, type FigureOptions, type LegendEntry } from "./figure.ts";
export {
  type CostAtSlices,
  examineFlops,
  type FlopsExamination,
  type FlopsPerMac,
  type FlopsReading,
  type LikeForLike,
  type ReportedCost,
} from "./flops_examination.ts";
export { flopsFigure } from "./flops_figure.ts";
export { flopsFindings, flopsTable } from "./flops_report.ts";
export { foldFigure, type FoldFigureOptions } from "./fold_figure.ts";
export { formatNumber } from "./format_number.ts";
export { histogram, type HistogramOptions } from "./histogram.ts";
export { kaplanMeierFigure, type KaplanMeierFigureOptions, type SurvivalGroup } from "./kaplan_meier_figure.ts";
export { lossCurve, type LossSeries } from "./loss_curve.ts";
export { lungAreaFigure, type LungAreaFigureOptions } from "./lung_area_figure.ts";
export { type CostInput, type ModelCost, modelCost } from "./model_cost.ts";
export { type CrossValidated, modelResult, type ModelResultOptions } from "./model_result.ts";
export { paper, type PaperModel, type PaperRow, paperRow, type Reported } from "./paper.ts";
export type { Picture } from "./picture.ts";
export { type Provenance, provenance, type ProvenanceInput } from "./provenance.ts";
export { qualityCsv, qualityTable } from "./quality_table.ts";
export { readRunRecord, type RunRecord, writeRunRecord } from "./run_record.ts";
export { resultFiles } from "./result_files.ts";
export {
  type FoldResult,
  type ModelResult,
  readTable1,
  summarizeFolds,
  type Table1Result,
  writeTable1,
} from "./results.ts";
export type { SliceOverlay, SliceStack } from "./paint_slice.ts";
export { sliceImage, type SliceImageOptions, sliceMontage, type SliceMontageOptions } from "./slice_image.ts";
export { type SliceViewer, sliceViewer, type SliceViewerOptions } from "./slice_viewer.ts";
export { type SurvivalCurve, survivalCurves } from "./survival_curves.ts";
export { type Table, table, type TableColumn, type TableValue } from "./table.ts";
export { table1 } from "./table1.ts";
export { theme } from "./theme.ts";
export { tumourOnSlices } from "./tumour_on_slices.ts";
export { type TumourExtent, tumourSlices } from "./tumour_slices.ts";
export { updateTable1 } from "./update_table1.ts";
export { compareResults, type ResultsComparison } from "./verification/compare_results.ts";
export { describeDifference, type Difference } from "./verification/difference.ts";
export { type NumberKind, numberKinds } from "./verification/number_kind.ts";
export { profileTolerances, type Tolerances, withTolerances } from "./verification/tolerances.ts";
export { verificationText, type VerificationTextOptions } from "./verification/verification_text.ts";
export { type CostResult, readCosts } from "./read_costs.ts";
export { readTable2, table2, type Table2Result, table2Row, writeTable2 } from "./table2.ts";
