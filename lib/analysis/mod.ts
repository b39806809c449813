/** What trained models did, and what they cost: attention, the best reachable Ctd, FLOPs, the paper's numbers. */
export { attentionEntropy, type AttentionShare, attentionShare, attentionTotal } from "./attention.ts";
export { type AttendedPatient, type AttentionOnTumour, attentionOnTumour } from "./attention_on_tumour.ts";
export {
  type CostAtSlices,
  examineFlops,
  type FlopsExamination,
  type FlopsPerMac,
  type FlopsReading,
  type LikeForLike,
  type ReportedCost,
} from "./flops_examination.ts";
export { type CostInput, type ModelCost, modelCost } from "./model_cost.ts";
export { paper, type PaperModel, type PaperRow, paperRow, type Reported } from "./paper.ts";
export { type TumourExtent, tumourOnSlices, tumourSlices } from "./tumour_slices.ts";
