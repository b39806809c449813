/** The steps whose growth is measured, in the order of a study, with what they do. */
export const growthSteps = {
  import: "`import` of NIfTI: table, `cohort.json`",
  dicom: "`import` of DICOM: headers as well",
  open: "open the cohort",
  slices: "read slices from the cache",
  features: "read features from the cache",
  folds: "deal ten folds",
  kept: "name the trainings of ten folds",
  epoch: "an epoch of a head",
  ctd: "Ctd with its interval",
  scores: "all scores of a row, with intervals",
  evaluate: "`evaluate`, with intervals",
  calibration: "calibration index",
  compare: "compare two rows, and what could be found",
  save: "write a row, and read it back",
} as const satisfies Readonly<Record<string, string>>;

/** The name of a step. */
export type GrowthStep = keyof typeof growthSteps;

/** The sizes, each ten times the one before. */
export const SIZES: readonly number[] = [100, 1000, 10_000];

/** What a step took at one size. */
export interface StepTaken {
  /** Seconds of processors, user and system. */
  readonly cpuSeconds: number;
  /** Seconds by the clock. */
  readonly wallSeconds: number;
  /** Resident memory beyond what the process had before the step, MB (2^20 bytes). */
  readonly megabytes: number;
}

/** What is committed. */
export interface GrowthRecord {
  readonly kind: "growth";
  readonly slices: number;
  readonly features: number;
  /** By step, then by the number of patients. */
  readonly steps: Readonly<Partial<Record<GrowthStep, Readonly<Record<string, StepTaken>>>>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: { readonly os: string; readonly cpu: string; readonly cores: number; readonly memory: number };
}

/** Below this a step's time or memory is that of its start, and no exponent is made of it. */
const [LEAST_SECONDS, LEAST_MEGABYTES] = [.1, 20];

/**
 * The exponent k of growth as patients^k from one size to the next: 1 where ten times the patients take ten times as
 * much, 2 where they take a hundred times. Null where the smaller size takes too little to tell.
 */
export function exponent(
  smaller: number | undefined,
  larger: number | undefined,
  { ratio, least }: { readonly ratio: number; readonly least: number },
): number | null {
  if (smaller === undefined || larger === undefined || smaller < least || larger <= 0) return null;
  return Math.log(larger / smaller) / Math.log(ratio);
}

/** Exponents of processor time and of memory between the two largest sizes. */
export function growthOf(taken: Readonly<Record<string, StepTaken>>): {
  readonly time: number | null;
  readonly memory: number | null;
} {
  const [smaller, larger] = SIZES.slice(-2) as [number, number];
  const [before, after] = [taken[smaller], taken[larger]];
  const ratio = larger / smaller;
  return {
    time: exponent(before?.cpuSeconds, after?.cpuSeconds, { ratio, least: LEAST_SECONDS }),
    memory: exponent(before?.megabytes, after?.megabytes, { ratio, least: LEAST_MEGABYTES }),
  };
}
