/**
 * What the survival head can be trained with in the place of DeepHit: the losses of pycox (Kvamme et al. 2019), and the
 * cross-entropy at 24 months. Each has a file with its formula, its loss as a function of tensors that can be traced, and
 * its survival curves in float64. {@linkcode survivalLoss} and {@linkcode survivalFromOutputs} choose by name, and
 * `survivalLosses` of `survival` has what each asks for.
 *
 * | loss            | outputs | what is assumed                                     | curves                             |
 * | --------------- | ------- | --------------------------------------------------- | ---------------------------------- |
 * | deephit         | 24      | nothing; a ranking beside the likelihood            | softmax over months and a tail     |
 * | logistic-hazard | 24      | nothing                                             | product of 1 - hazard              |
 * | mtlr            | 24      | neighbouring months share their terms               | softmax over months and a tail     |
 * | pc-hazard       | 24      | a constant hazard within each month                 | exp(-cumulative hazard)            |
 * | cox             | 1       | proportional hazards                                | Breslow's baseline of the training |
 * | cross-entropy   | 1       | patients lost before 24 months tell nothing         | S(24), and the training's shape    |
 *
 * @module
 */
export { cumulativeHazard } from "./baseline.ts";
export { coxCurves, coxLoss } from "./cox.ts";
export { crossEntropyCurves, crossEntropyLoss } from "./cross_entropy.ts";
export type { TimedLabels } from "./labels.ts";
export { logisticHazardCurves, logisticHazardLoss } from "./logistic_hazard.ts";
export { mtlrCurves, mtlrLoss } from "./mtlr.ts";
export { oneCurveLoss, type OneCurveLossOptions } from "./one_curve_loss.ts";
export { pcHazardCurves, pcHazardLoss } from "./pc_hazard.ts";
export { survivalFromOutputs, survivalLoss, type SurvivalLossOptions, type SurvivalReading } from "./survival_loss.ts";
export { outputsToSurvival } from "./survival_tensors.ts";
