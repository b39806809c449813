import type { AttentionDifference, AttentionOnTumour } from "@ctsurv/analysis/mod.ts";
import { bracketed, capital, counted, percent, sideOf } from "./_words.ts";

/**
 * Says how much attention falls on the slices that hold tumour, against equal weights.
 *
 * @example
 * ```ts
 * import { saysAttention } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const onTumour = { patients: 87, attended: .412, uniform: .251, excess: .161, interval: [.12, .203], level: .95 } as const;
 * assertEquals(
 *   saysAttention("soft attention", onTumour),
 *   "Soft attention puts 41.2 % of its weight on slices with tumour, which are 25.1 % of the slices (87 patients). " +
 *     "The excess over equal weights is 16.1 points [12.0, 20.3], and the interval lies above 0.",
 * );
 * ```
 *
 * @param name The model, as it stands in a sentence.
 * @param found Null where no patient's tumour is known, or it is on none or all of the slices of each.
 */
export function saysAttention(name: string, found: AttentionOnTumour | null | undefined): string {
  if (!found) {
    return `Where ${name} looks cannot be counted: no patient is known to have tumour on some of the slices and not on ` +
      "others.";
  }
  const { patients, attended, uniform, excess, interval: [low, high] } = found;
  const verdict = {
    above: "and the interval lies above 0",
    below: "and the interval lies below 0: it looks beside the tumour",
    around: "and the interval holds 0: it is not shown to look at the tumour",
  }[sideOf({ low, high })];
  return `${capital(name)} puts ${percent(attended)} of its weight on slices with tumour, which are ${
    percent(uniform)
  } ` +
    `of the slices (${counted(patients, "patient")}). The excess over equal weights is ${points(excess, low, high)}, ` +
    `${verdict}.`;
}

/**
 * Says whether attention looks at the tumour more than the control does: the same training on the same scans where
 * survival depends on nothing in the image. Only this difference is owed to survival.
 *
 * @example
 * ```ts
 * import { saysAttentionBesideControl } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   saysAttentionBesideControl("soft attention", { patients: 87, difference: .12, interval: [.071, .17], level: .95 }),
 *   "Soft attention puts 12.0 points [7.1, 17.0] more of its weight on the tumour's slices than the control does " +
 *     "(87 patients): the interval lies above 0, and survival is all that differs between the two.",
 * );
 * ```
 *
 * @param found Null where nothing could be compared, undefined where there is no control.
 */
export function saysAttentionBesideControl(name: string, found: AttentionDifference | null | undefined): string {
  if (found === undefined) {
    return `There is no control for ${name}: whether survival taught it where to look is not known.`;
  }
  if (found === null) {
    return `${capital(name)} and the control cannot be compared: no patient is known to have tumour on some of the ` +
      "slices and not on others.";
  }
  const { patients, difference, interval: [low, high] } = found;
  const of = `(${counted(patients, "patient")})`;
  switch (sideOf({ low, high })) {
    case "above":
      return `${capital(name)} puts ${points(difference, low, high)} more of its weight on the tumour's slices than ` +
        `the control does ${of}: the interval lies above 0, and survival is all that differs between the two.`;
    case "below":
      return `${capital(name)} puts ${
        points(-difference, -high, -low)
      } less of its weight on the tumour's slices than ` +
        `the control does ${of}: the interval lies wholly on one side of 0.`;
    default:
      return `${
        capital(name)
      } and the control are not told apart: the difference in weight on the tumour's slices is ` +
        `${
          points(difference, low, high)
        } ${of}, and the interval holds 0. That survival taught it where to look is not ` +
        "shown.";
  }
}

function points(value: number, low: number, high: number): string {
  const [first, ...rest] = bracketed(100 * value, { low: 100 * low, high: 100 * high }, 1).split(" ");
  return `${first} points ${rest.join(" ")}`;
}
