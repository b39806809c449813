import type { PhantomLaw } from "./phantom_law.ts";

/**
 * Modelled on CLARO, the cohort of the transfer experiment: stage III only, one scanner with a smaller field of view,
 * thinner slices, less noise through a softer kernel, a curved couch, and contrast in every scan. The effect of the tumour
 * is that of `phantomLung1`, far stronger than in any real cohort, so that what is learnt there is worth transferring and
 * a few dozen patients show it: under the law `tissue` the best reachable Ctd of seed 42 is 0.959 for 48 patients, 0.946
 * for 96 and 0.948 for 415.
 */
export const phantomClaro: PhantomSpec = {
  name: "phantom-claro",
  version: 3,
  idPrefix: "CLARO",
  matrix: 256,
  law: "tissue",
  effect: 6,
  medianRadius: 22,
  stages: "III",
  contrast: { share: 1, enhancement: [130, 220] },
  scanners: [
    {
      dialect: "siemens",
      fieldOfView: 430,
      sliceSpacing: 2.5,
      noise: [6, 11],
      blur: 0.22,
      offset: 8,
      couch: "curved",
    },
  ],
};

const siemens: PhantomScanner = {
  dialect: "siemens",
  fieldOfView: 500,
  sliceSpacing: 3,
  noise: [9, 17],
  blur: 0.14,
  offset: 0,
  couch: "flat",
};

/**
 * Modelled on LUNG1: 3 mm slices over a 500 mm field of view from Siemens scanners, some by way of the XiO planning
 * system, whose pixels are 0.977 mm where Siemens's are 0.9765625.
 *
 * 256 x 256, where LUNG1 has 512 x 512: a quarter of the time and disk, and pixels of 1.95 mm still put twelve across the
 * smallest tumour.
 *
 * The effect is far stronger than in any real cohort: chosen so that a few dozen patients show a clear signal. Under the
 * law `tissue` the best reachable Ctd of seed 42 is 0.926 for 48 patients, 0.941 for 96 and 0.949 for 415 (0.90 to 0.98
 * and 0.92 to 0.97 over 40 seeds, 0.93 to 0.95 over 20), and tumour volume alone is at chance; under `size` volume
 * alone reaches 0.936, 0.945 and 0.942. In real cohorts volume reaches about 0.6, which a few dozen patients would seldom
 * tell from chance: a Ctd on phantoms shows that the pipeline works, and says nothing about patients.
 */
export const phantomLung1: PhantomSpec = {
  name: "phantom-lung1",
  version: 3,
  idPrefix: "PHANTOM",
  matrix: 256,
  law: "tissue",
  effect: 6,
  medianRadius: 22,
  stages: "I-III",
  contrast: { share: 0.5, enhancement: [80, 150] },
  scanners: [siemens, { ...siemens, dialect: "xio", fieldOfView: 512 * 0.977 }],
};

/** What differs between scanners, or between planning systems that export from them. */
export interface PhantomScanner {
  /** Which of LUNG1's DICOM dialects its images are in; see `writeDicomSeries`. */
  readonly dialect: "siemens" | "xio";
  /** Edge of the square slice, mm. */
  readonly fieldOfView: number;
  /** mm between slices, which is their thickness too. */
  readonly sliceSpacing: number;
  /** Standard deviation of the noise at the centre of the body, HU: each patient's lies between the two. */
  readonly noise: readonly [low: number, high: number];
  /** Weight of each in-plane neighbour when a pixel is blurred by the kernel: 0 is sharp, 1/3 a moving average. */
  readonly blur: number;
  /** HU added to every voxel of the body: scanners disagree on water by a few HU. */
  readonly offset: number;
  /** Shape of the couch under the patient. */
  readonly couch: "flat" | "curved";
}

/** The recipe of a phantom cohort. Plain data, so that it can be recorded in `cohort.json` and sent to a worker. */
export interface PhantomSpec {
  /** Name of the recipe; random streams depend on it. */
  readonly name: "phantom-lung1" | "phantom-claro";
  /** Raised whenever the same seed no longer gives the same cohort. */
  readonly version: number;
  /** Patients are `<idPrefix>-001`, `<idPrefix>-002`, … */
  readonly idPrefix: string;
  /** Rows and columns of a slice. */
  readonly matrix: number;
  /** What survival depends on. The images do not depend on it. */
  readonly law: PhantomLaw;
  /**
   * Logarithm of the hazard ratio of one standard deviation of the linear predictor; 0 makes a cohort in which no image
   * tells anything about survival.
   */
  readonly effect: number;
  /** Radius of the sphere of the median dominant tumour's volume, mm. */
  readonly medianRadius: number;
  /** `III` restages N so that, whatever T, no patient is below IIIa. */
  readonly stages: "I-III" | "III";
  /** Share of scans with intravenous contrast, and the aorta's enhancement in them, HU. */
  readonly contrast: { readonly share: number; readonly enhancement: readonly [low: number, high: number] };
  /** The usual one, and the one of patients 2, 6, 10, …: a quarter of them, which is XiO's share in LUNG1. */
  readonly scanners: readonly [usual: PhantomScanner, other: PhantomScanner] | readonly [PhantomScanner];
}

/** The phantom cohorts by name. */
export const phantomSpecs: Readonly<Record<PhantomSpec["name"], PhantomSpec>> = {
  "phantom-lung1": phantomLung1,
  "phantom-claro": phantomClaro,
};
