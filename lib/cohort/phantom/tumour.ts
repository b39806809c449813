import type { Random } from "@ctsurv/common/mod.ts";

/** The dominant tumour (GTV-1) of a phantom patient, before it is given a place. */
export interface Tumour {
  /** mm, of the sphere of the same volume. */
  readonly radius: number;
  /** mm3 */
  readonly volume: number;
  /** 0 (smooth) to 1 (lobulated, with long spicules). */
  readonly spiculation: number;
  /** Radius of the necrotic core as a share of the tumour's, 0 to 0.75. */
  readonly necrosis: number;
  /**
   * Mostly log volume, a little spiculation and necrosis. Over patients about standard normal but for the limits, which
   * leave it a mean of -0.05 and a standard deviation of 0.91.
   */
  readonly linearPredictor: number;
}

/**
 * Standard deviation of log radius. With a median of 28 mm and the limits below, radii reach from 9 to 58 mm: wider than
 * in real cohorts, so that untrained features of a few dozen patients tell sizes apart.
 */
const LOG_RADIUS_SD = 0.55;
/**
 * In standard deviations. A lung has no room for more than the largest, which 9 % of patients have; 2 % have the
 * smallest.
 */
const LIMITS = { volume: [-2.1, 1.33], other: [-2.15, 2.15] } as const;

/** The weights' squares sum to 1, so that the linear predictor has about the variance of its parts. */
const weights = { volume: Math.sqrt(0.9), spiculation: Math.sqrt(0.06), necrosis: Math.sqrt(0.04) };

/** Draws a tumour. Everything that survival depends on is decided here, and is visible in the image. */
export function drawTumour(random: Random, medianRadius: number): Tumour {
  const draw = ([low, high]: readonly [number, number]) => Math.min(high, Math.max(low, random.normal()));
  const z = { volume: draw(LIMITS.volume), spiculation: draw(LIMITS.other), necrosis: draw(LIMITS.other) };
  const radius = medianRadius * Math.exp(LOG_RADIUS_SD * z.volume);
  return {
    radius,
    volume: 4 / 3 * Math.PI * radius ** 3,
    spiculation: logistic(1.5 * z.spiculation),
    necrosis: 0.75 * logistic(1.2 * z.necrosis),
    linearPredictor: weights.volume * z.volume + weights.spiculation * z.spiculation + weights.necrosis * z.necrosis,
  };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
