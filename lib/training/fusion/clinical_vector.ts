import {
  clinicalCovariates,
  type ClinicalEncoding,
  clinicalEncoding,
  type ClinicalEncodingOptions,
  encodeClinical,
  type MeasuredRecord,
} from "@ctsurv/cohort/table/mod.ts";

/** How a clinical record becomes numbers of mean 0 and standard deviation 1 for a network. */
export interface ClinicalVector {
  /** The covariates, in the order of `encodeClinical`. */
  readonly encoding: ClinicalEncoding;
  /** Places among them of numbers that enough patients lack: each gets an indicator, 1 where the number is unknown. */
  readonly indicators: readonly number[];
  /** [covariates and indicators]: means over the patients of the fit. */
  readonly mean: Float64Array;
  /** [covariates and indicators]: standard deviations over the same patients, divided by n. */
  readonly std: Float64Array;
}

/**
 * Learns the clinical vector from some patients, such as those of a training fold: the covariates of the clinical
 * baseline (by default age, T, N and sex), each standardised, and behind them an indicator for each number that at least
 * `rareBelow` of the patients lack. The number itself then counts as the median. Fewer patients without it teach a network
 * nothing about them, and get no indicator. An unknown stage, histology or sex is a level like any other.
 *
 * @example
 * ```ts
 * import { clinicalVector, encodeClinicalVector } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
 * const records = [50, 70, null, null].map((age, i) => ({
 *   ...{ ...unknown, patient: `P${i}`, age, survivalDays: 100, dead: true },
 * }));
 * const vector = clinicalVector(records, { covariates: ["age"], rareBelow: 2 });
 * assertEquals(records.map((record) => [...encodeClinicalVector(record, vector)].map(Math.fround)), [
 *   [-Math.SQRT2, -1],
 *   [Math.SQRT2, -1],
 *   [0, 1],
 *   [0, 1],
 * ].map((row) => row.map(Math.fround)));
 * ```
 *
 * @throws {InputError} If the patients do not differ in any covariate.
 */
export function clinicalVector(
  records: readonly MeasuredRecord[],
  options: ClinicalEncodingOptions = {},
): ClinicalVector {
  const encoding = clinicalEncoding(records, options);
  const { rareBelow = 10 } = options;
  const unknown = [...encoding.age ? [encoding.age] : [], ...encoding.numbers].map((number) => number.unknown);
  const indicators = unknown.flatMap((patients, place) => patients >= Math.max(rareBelow, 1) ? [place] : []);
  const rows = records.map((record) => plainVector(record, { encoding, indicators }));
  const mean = rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const std = mean.map((m, k) => Math.sqrt(rows.reduce((sum, row) => sum + (row[k]! - m) ** 2, 0) / rows.length));
  return { encoding, indicators, mean, std };
}

/**
 * The clinical vector of a patient. {@linkcode clinicalVector} has an example.
 *
 * @returns [covariates and indicators], in the order of {@linkcode clinicalVectorNames}.
 */
export function encodeClinicalVector(record: MeasuredRecord, vector: ClinicalVector): Float32Array {
  return Float32Array.from(plainVector(record, vector), (x, k) => (x - vector.mean[k]!) / vector.std[k]!);
}

/** The names of the numbers of a clinical vector: those of `clinicalCovariates`, then `age unknown` and so on. */
export function clinicalVectorNames({ encoding, indicators }: ClinicalVector): string[] {
  const names = clinicalCovariates(encoding);
  return [...names, ...indicators.map((place) => `${names[place]} unknown`)];
}

function plainVector(
  record: MeasuredRecord,
  { encoding, indicators }: Pick<ClinicalVector, "encoding" | "indicators">,
): Float64Array {
  const { age, numbers } = encoding;
  // A median that is no number leaves a trace wherever it takes the place of one.
  const traced = encodeClinical(record, {
    ...encoding,
    age: age && { ...age, median: NaN },
    numbers: numbers.map((number) => ({ ...number, median: NaN })),
  });
  return Float64Array.from([
    ...encodeClinical(record, encoding),
    ...indicators.map((place) => Number(Number.isNaN(traced[place]))),
  ]);
}
