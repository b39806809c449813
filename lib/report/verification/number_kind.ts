/** The kinds of numbers in results, by which it is known how far they may move. */
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

export type NumberKind = keyof typeof numberKinds;

/** Whether its tolerance is a share of the number. */
export function isRelative(kind: NumberKind | undefined): boolean {
  return kind === "loss" || kind === "first-loss";
}

/** `exact` has to be the same; `ignored` is of the machine, or follows from what stands beside it. */
export type ComparisonKind = NumberKind | "exact" | "ignored" | "losses";

/** The first rule that fits the way to a value, its keys joined by dots, gives its kind. */
const RULES: readonly (readonly [RegExp, ComparisonKind])[] = [
  [/(^|\.)(provenance|measured)(\.|$)|(^|\.)(milli)?seconds$|\.(Measured\b[^.]*|peak memory\b[^.]*)$/, "ignored"],
  // They follow from what stands beside them.
  [/\.(concordant|statistic)$/, "ignored"],
  [/(^|\.)(macs\w*|parameters\w*|trainable|months|level|bestReachableCtd)(\.|$)|\.Paper\b[^.]*$/, "exact"],
  [/(^|\.)(losses)$/, "losses"],
  [/(^|\.)survival(\.|$)|\.S\d+(\.\d+)?$/, "survival"],
  [/(^|\.)attention(\.|$)/, "attention"],
  [/(^|\.)attended(\.|$)/, "mean-attention"],
  [/(^|\.)folds\..*(ctd|value)$/, "fold-ctd"],
  [/(^|\.)p$/, "p"],
  // Of a table's cells too: what they show stands in JSON, number by number.
  [/(^|\.)(mean|std\w*|interval(\..*)?|low|high|byFold\.\w+|Ctd\b[^.]*)$/, "mean-ctd"],
  [/(^|\.)(ctd|pooled|difference)(\.|$)/, "ctd"],
];

/**
 * What kind of value stands at the end of a way of keys, such as `["models", "pooled", "value"]`. Places in lists are
 * not part of it. Undefined where no rule knows: then texts and whole numbers are exact, and other numbers `other`.
 */
export function comparisonKind(keys: readonly string[]): ComparisonKind | undefined {
  const way = keys.join(".");
  return RULES.find(([pattern]) => pattern.test(way))?.[1];
}
