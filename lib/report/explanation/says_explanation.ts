import type { MeanWithInterval, PointingDifference, PointingGame, SliceOrderTest } from "@ctsurv/analysis/mod.ts";
import type { ExplanationResult, SanityCheck } from "./explanation_result.ts";
import { bracketed, counted, percent, plain, sideOf } from "../sentences/_words.ts";

/**
 * Says whether maps point at the tumour, and whether survival taught them to.
 *
 * @example
 * ```ts
 * import { saysPointing } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const excess = { value: .31, low: .22, high: .4, level: .95 };
 * assertEquals(
 *   saysPointing({ patients: 80, slices: 120, hits: .4, chance: .09, excess }),
 *   "The maximum of the map is in the tumour or beside it on 40.0 % of the slices that show tumour, and would be on 9.0 % by " +
 *     "chance (80 patients, 120 slices). The excess is 31.0 points [22.0, 40.0], and the interval lies above 0. There is no " +
 *     "control, so it is not known whether survival taught it to.",
 * );
 * ```
 *
 * @param pointing Null where no patient's tumour is known.
 * @param besideControl Hits less those of the control; null where they cannot be compared, undefined without a control.
 */
export function saysPointing(
  pointing: PointingGame | null,
  besideControl?: PointingDifference | null,
): string {
  if (!pointing) {
    return "Whether the maps point at the tumour is not known: no patient is known to have one on a slice.";
  }
  const { patients, slices, hits, chance, excess } = pointing;
  const verdict = {
    above: "and the interval lies above 0",
    below: "and the interval lies below 0: they point elsewhere",
    around: "and the interval holds 0: it is not shown that they point at the tumour",
  }[sideOf(excess)];
  return `The maximum of the map is in the tumour or beside it on ${
    percent(hits)
  } of the slices that show tumour, and would ` +
    `be on ${percent(chance)} by chance (${counted(patients, "patient")}, ${
      counted(slices, "slice")
    }). The excess is ` +
    `${points(excess)}, ${verdict}. ${control(besideControl, sideOf(excess) === "above")}`;
}

function control(besideControl: PointingDifference | null | undefined, point: boolean): string {
  if (besideControl === undefined) return "There is no control, so it is not known whether survival taught it to.";
  if (besideControl === null) return "The control cannot be compared.";
  const { difference } = besideControl;
  const said = `Less the control's, the share of hits is ${points(difference)}`;
  return {
    above: point
      ? `${said}: survival taught it to.`
      : `${said}: the maps hit oftener than the control's, but are not shown to hit oftener than chance.`,
    below: `${said}: the control hits oftener.`,
    around: `${said}: the two are not told apart, so it is not shown that survival taught it to.`,
  }[sideOf(difference)];
}

function points({ value, low, high }: MeanWithInterval): string {
  const [first, ...rest] = bracketed(100 * value, { low: 100 * low, high: 100 * high }, 1).split(" ");
  return `${first} points ${rest.join(" ")}`;
}

const changes: Readonly<Record<Exclude<SanityCheck, "seed">, string>> = {
  head: "a head drawn at random",
  backbone: "a backbone drawn at random",
  outcomes: "outcomes shuffled before the training",
};

/**
 * Says whether the maps passed the sanity checks. A map passes one if its rank correlation with the map of the changed model
 * lies, with its whole interval, below that of a model of which nothing but the seed changed.
 *
 * @returns One sentence for each check.
 */
export function saysSanity(sanity: ExplanationResult["sanity"]): readonly string[] {
  const reference = sanity.find(({ check }) => check === "seed")?.similarity?.correlation;
  return sanity.flatMap(({ check, similarity }) => {
    if (check === "seed") return [];
    if (!similarity || !reference) return [`With ${changes[check]} the maps cannot be compared.`];
    const { correlation } = similarity;
    const verdict = correlation.high < reference.low
      ? "the map changes, as it must"
      : "it is not shown that the map changes, so the map is no evidence of what was learnt";
    return [
      `With ${changes[check]} the rank correlation of the maps is ${
        bracketed(correlation.value, correlation, 2)
      }, against ` +
      `${bracketed(reference.value, reference, 2)} where only the seed of the training is another: ${verdict}.`,
    ];
  });
}

/** Says whether the risk rests on the slices that attention weighs most. */
export function saysSliceOrder(order: SliceOrderTest | null): string {
  if (!order) return "Slices cannot be taken away: every patient has one.";
  const { deletion, insertion, patients } = order;
  const finds = deletion.difference.low > 0 && insertion.difference.high < 0;
  return `Without the slices of the highest attention the log odds of death move by ${
    plain(deletion.attended)
  }, without ` +
    `random ones by ${plain(deletion.random)} (difference ${
      bracketed(deletion.difference.value, deletion.difference)
    }); with them alone they stay within ${plain(insertion.attended)}, with random ones within ${
      plain(insertion.random)
    } (difference ${bracketed(insertion.difference.value, insertion.difference)}; ${counted(patients, "patient")}). ` +
    (finds
      ? "Attention finds the slices that the risk rests on."
      : "It is not shown that attention finds the slices that the risk rests on.");
}
