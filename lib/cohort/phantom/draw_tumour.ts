import type { Random } from "@ctsurv/base/mod.ts";
import { lawPredictor } from "./phantom_law.ts";
import type { PhantomSpec } from "./phantoms.ts";

/** The dominant tumour (GTV-1) of a phantom patient, before it is given a place. */
export interface PhantomTumour {
  /** Radius of the sphere of the same volume, mm. */
  readonly radius: number;
  /** Volume, mm3. */
  readonly volume: number;
  /**
   * HU of the vital tissue without contrast: -440 (ground glass, through which vessels show) to 40 (solid). Lung is at
   * about -850.
   */
  readonly density: number;
  /** Share of the tumour's volume that is necrotic, 0.01 to 0.59: patches that are 160 HU darker than the rest. */
  readonly necrosis: number;
  /** The margin: 0 (smooth) to 1 (lobulated, with long spicules). */
  readonly spiculation: number;
  /** The same four, in standard deviations from the median, log volume for volume. They are independent of each other. */
  readonly deviations: Readonly<Record<"volume" | "density" | "necrosis" | "spiculation", number>>;
  /** What survival depends on under the recipe's law, see `lawPredictor`. */
  readonly linearPredictor: number;
}

/**
 * Standard deviation of log radius. With a median of 22 mm and the limits below, radii reach from 12 to 33 mm, so that
 * nearly every tumour is on 10 to 30 % of the slices that show lung.
 */
const LOG_RADIUS_SD = 0.3;
/** In standard deviations. 9 % of patients have the largest tumours, 2 % the smallest. */
const limits = { volume: [-2.1, 1.33], tissue: [-2.15, 2.15] } as const;

/** Between lung and solid tissue. */
const DENSITY = { lowest: -450, highest: 50 };
const MOST_NECROSIS = 0.6;

/**
 * Draws a tumour. Everything that survival depends on is decided here, and is visible in the image. The law decides what
 * survival depends on, and changes nothing else of the tumour.
 */
export function drawTumour(
  random: Random,
  { medianRadius, law }: Pick<PhantomSpec, "medianRadius" | "law">,
): PhantomTumour {
  const draw = ([low, high]: readonly [number, number]) => Math.min(high, Math.max(low, random.normal()));
  const deviations = {
    volume: draw(limits.volume),
    spiculation: draw(limits.tissue),
    necrosis: draw(limits.tissue),
    density: draw(limits.tissue),
  };
  const radius = medianRadius * Math.exp(LOG_RADIUS_SD * deviations.volume);
  return {
    radius,
    volume: 4 / 3 * Math.PI * radius ** 3,
    density: DENSITY.lowest + (DENSITY.highest - DENSITY.lowest) * uniform(deviations.density),
    necrosis: MOST_NECROSIS * uniform(deviations.necrosis),
    spiculation: uniform(deviations.spiculation),
    deviations,
    linearPredictor: lawPredictor(law, { deviations }),
  };
}

/** Nearly uniform from 0 to 1 for a standard normal x: looks then differ as often in the middle as at the ends. */
function uniform(x: number): number {
  return 1 / (1 + Math.exp(-1.702 * x));
}
