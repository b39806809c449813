/** The kinds of numbers in results, in words. Each kind has a tolerance of its own; see {@linkcode Tolerances}. */
export const numberKinds = {
  "ctd": "Ctd of all patients, a difference of two",
  "mean-ctd": "mean and deviation of the folds, intervals",
  "fold-ctd": "Ctd within one fold",
  "survival": "a patient's survival at a time",
  "attention": "weight of a slice",
  "mean-attention": "attention on tumour and its entropy, means of all patients",
  "first-loss": "loss of a fold's first epoch, relative",
  "loss": "loss of a fold's median epoch, relative",
  "p": "p-values",
  "other": "other fractions, relative where above 1",
} as const;

/** A kind of number in results: a key of {@linkcode numberKinds}. */
export type NumberKind = keyof typeof numberKinds;

/** Whether the tolerance of a kind is a share of the number. */
export function isRelative(kind: NumberKind | undefined): boolean {
  return kind === "loss" || kind === "first-loss";
}

/** `exact` values have to be the same. `ignored` ones depend on the machine, or follow from others beside them. */
export type ComparisonKind = NumberKind | "exact" | "ignored" | "losses";

/** Rules for the way to a value, its keys joined by dots. The first that matches gives the kind. */
const RULES: readonly (readonly [RegExp, ComparisonKind])[] = [
  [/(^|\.)(provenance|measured)(\.|$)|(^|\.)(milli)?seconds$|\.(Measured\b[^.]*|peak memory\b[^.]*)$/, "ignored"],
  // Of scans that differ, the numbers beside it tell. Results of 0.1 have none.
  [/(^|\.)scans$/, "ignored"],
  // They follow from the values beside them.
  [/\.(concordant|statistic|verdict|found|because|Verdict|Found)$/, "ignored"],
  [/(^|\.)(macs\w*|parameters\w*|trainable|months|level|bestReachableCtd)(\.|$)|\.Paper\b[^.]*$/, "exact"],
  [/(^|\.)(losses)$/, "losses"],
  [/(^|\.)survival(\.|$)|\.S\d+(\.\d+)?$/, "survival"],
  [/(^|\.)attention(\.|$)/, "attention"],
  [/(^|\.)attended(\.|$)/, "mean-attention"],
  [/(^|\.)folds\..*(ctd|value)$/, "fold-ctd"],
  [/(^|\.)p(, |)(Holm)?$/, "p"],
  // The cells of a table too: JSON has their numbers one by one. Fewer pairs than all make a Ctd within folds.
  [/(^|\.)(mean|std\w*|interval(\..*)?|low|high|byFold\.\w+|(Ctd|AUC)\b[^.]*)$/, "mean-ctd"],
  [/(^|\.)(ctdWithinFolds|auc\w*|differenceWithinFolds|withinFolds)\..*(value|difference)$/, "mean-ctd"],
  [/(^|\.)(ctd|pooled|difference)(\.|$)/, "ctd"],
];

/**
 * The kind of the value at the end of a way of keys, such as `["models", "pooled", "value"]`, without indices in lists.
 * Undefined if no rule matches: then texts and whole numbers are exact, and other numbers are `other`.
 */
export function comparisonKind(keys: readonly string[]): ComparisonKind | undefined {
  const way = keys.join(".");
  return RULES.find(([pattern]) => pattern.test(way))?.[1];
}
