import { doubt, type Remarks } from "./_remarks.ts";
import { summariseHu } from "./volume/hu.ts";
import type { Volume } from "./volume/volume.ts";

/** HU at the end of the scale of 16 bits that scanners offer for metal. No scanner stores more. */
const HIGHEST_HU = 31_743;
/** HU that scanners store outside the circle which they measure: -1024, -2000, -3024 and, at the least, this. */
const LOWEST_HU = -8192;
/** A CT contains air, below this. */
const NO_AIR_HU = -200;

/** HU of fat, muscle, blood and the inner of bones: the body. */
const SOFT_TISSUE_HU = [-200, 200] as const;
/** What an intercept takes off if it is applied once too often. Scanners write -1024, some -1000. */
const INTERCEPT = -1024;
/** HU at which no tissue lies. If the intercept was applied twice, air and lungs do. */
const BELOW_AIR_HU = [-2200, -1300] as const;
/**
 * Of 422 patients of LUNG1, soft tissue has 0.18 to 3.2 times as many voxels as the range 1024 HU below it, which holds
 * air. With the intercept applied twice it is 0 to 0.016 times, because then only dense bone and metal are left in it.
 */
const LEAST_SOFT_SHARE = 0.05;
/**
 * No voxel of these patients lies below air. With the intercept applied twice, as many as 0.09 to 2.5 times the soft
 * tissue do, without the most common value, which may be a padding.
 */
const LEAST_BELOW_AIR_SHARE = 0.03;

/**
 * The remarks, with those on the HU themselves. A CT contains air; a file without air was probably saved without its
 * intercept, or is not a CT. It holds nothing beyond what scanners store, and soft tissue where soft tissue lies.
 */
export function withHuRemarks({ hu }: Volume, { warnings, doubts }: Remarks): Remarks {
  const { min, max } = summariseHu(hu);
  const remarks = { warnings: [...warnings], doubts: [...doubts] };
  if (min > NO_AIR_HU) {
    remarks.warnings.push(`the lowest value is ${min}; CT in HU has air near -1000. Is the intercept missing?`);
  }
  if (min < LOWEST_HU || max > HIGHEST_HU) {
    const count = countWithin(hu, [-Infinity, Infinity]) - countWithin(hu, [LOWEST_HU, HIGHEST_HU]);
    doubt(
      remarks,
      `values from ${min} to ${max}, but CT in HU lies between ${LOWEST_HU} and ${HIGHEST_HU}: ${count} of ${hu.length} ` +
        "voxels do not. Were numbers below 0 stored as unsigned ones, or is the slope wrong? Convert the scan again",
    );
  }
  const twice = min < BELOW_AIR_HU[1] ? interceptTwice(hu) : undefined;
  if (twice !== undefined) doubt(remarks, twice);
  return remarks;
}

/**
 * Says that an intercept was applied twice, if soft tissue lies where air belongs and air where nothing belongs. A low
 * value alone says nothing: paddings of -2000, -2024 and -2048 are usual outside the circle that is measured.
 */
function interceptTwice(hu: Volume["hu"]): string | undefined {
  const [low, high] = SOFT_TISSUE_HU;
  const lower = [low + INTERCEPT, high + INTERCEPT] as const;
  const [soft, shifted] = [countWithin(hu, SOFT_TISSUE_HU), countWithin(hu, lower)];
  if (soft >= LEAST_SOFT_SHARE * shifted) return undefined;
  const belowAir = countWithin(hu, BELOW_AIR_HU) - mostCommonCount(hu, BELOW_AIR_HU);
  if (belowAir <= LEAST_BELOW_AIR_SHARE * shifted) return undefined;
  const percent = (count: number) => `${(100 * count / hu.length).toFixed(1)} %`;
  return `${percent(soft)} of the voxels lie between ${low} and ${high} HU, where soft tissue does, but ` +
    `${percent(shifted)} between ${lower[0]} and ${lower[1]}, and ${percent(belowAir)} between ` +
    `${BELOW_AIR_HU[0]} and ${BELOW_AIR_HU[1]}, below air. Was the intercept applied twice? Convert the scan again`;
}

function countWithin(hu: Volume["hu"], [low, high]: readonly [low: number, high: number]): number {
  let count = 0;
  for (let i = 0; i < hu.length; i++) if (hu[i]! >= low && hu[i]! <= high) count++;
  return count;
}

/** How many voxels have the most common of the whole HU from `low` to `high`. */
function mostCommonCount(hu: Volume["hu"], [low, high]: readonly [low: number, high: number]): number {
  const counts = new Uint32Array(high - low + 1);
  for (let i = 0; i < hu.length; i++) if (hu[i]! >= low && hu[i]! <= high) counts[Math.round(hu[i]!) - low]!++;
  return counts.reduce((most, count) => Math.max(most, count), 0);
}
