/** What a scanner (or the planning system that exported from it) leaves its mark on. */
export interface PhantomScanner {
  /** Which of LUNG1's DICOM dialects its images are in; see `writeDicomSeries`. */
  readonly dialect: "siemens" | "xio";
  /** mm, edge of the square slice. */
  readonly fieldOfView: number;
  /** mm between slices, which is their thickness too. */
  readonly sliceSpacing: number;
  /** Standard deviation of the noise at the centre of the body, HU: each patient's lies between the two. */
  readonly noise: readonly [low: number, high: number];
  /** Weight of each in-plane neighbour when a pixel is blurred by the kernel: 0 is sharp, 1/3 a moving average. */
  readonly blur: number;
  /** Added to every voxel of the body: scanners disagree on water by a few HU. */
  readonly offset: number;
  readonly couch: "flat" | "curved";
}

/** The recipe of a phantom cohort. Plain data, so that it can be recorded in `cohort.json` and sent to a worker. */
export interface PhantomSpec {
  readonly name: "phantom-lung1" | "phantom-claro";
  /** Raised whenever the same seed no longer gives the same cohort. */
  readonly version: number;
  /** Patients are `<idPrefix>-001`, `<idPrefix>-002`, … */
  readonly idPrefix: string;
  /** Rows and columns of a slice. */
  readonly matrix: number;
  /**
   * Logarithm of the hazard ratio of one standard deviation of the linear predictor; 0 makes a cohort in which no image
   * tells anything about survival.
   */
  readonly effect: number;
  /** mm, of the sphere of the median dominant tumour's volume. */
  readonly medianRadius: number;
  /** `III` restages N so that, whatever T, no patient is below IIIa. */
  readonly stages: "I-III" | "III";
  /** Share of scans with intravenous contrast, and the aorta's enhancement in them, HU. */
  readonly contrast: { readonly share: number; readonly enhancement: readonly [low: number, high: number] };
  /** The usual one, and the one of patients 2, 6, 10, …: a quarter, as XiO has in LUNG1. */
  readonly scanners: readonly [usual: PhantomScanner, other: PhantomScanner] | readonly [PhantomScanner];
}
