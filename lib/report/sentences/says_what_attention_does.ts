import type { AttentionDifference, AttentionOnTumour } from "@ctsurv/analysis/mod.ts";
import { sideOf } from "./_words.ts";
import type { SaidDifference } from "./says_difference.ts";

/** What is known of soft attention on a cohort. */
export interface AttentionEvidence {
  /** Soft attention less average pooling, in Ctd within folds; null where nothing could be compared. */
  readonly difference: SaidDifference | null;
  /** Its weight on slices with tumour; null where that cannot be counted. */
  readonly onTumour: AttentionOnTumour | null;
  /** The same beside the control's; null where it cannot be counted, undefined where there is no control. */
  readonly besideControl?: AttentionDifference | null | undefined;
}

/**
 * Says what soft attention does on a cohort, and how that is known. Nothing is claimed that an interval does not show.
 *
 * @example
 * ```ts
 * import { saysWhatAttentionDoes } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const onTumour = { patients: 87, attended: .412, uniform: .251, excess: .161, interval: [.12, .203], level: .95 } as const;
 * assertEquals(saysWhatAttentionDoes({ difference: { difference: .01, low: -.02, high: .04 }, onTumour }), [
 *   "Soft attention looks at the slices that hold the tumour. There is no control, so it is not known whether survival " +
 *   "taught it to.",
 *   "It is not shown that soft attention predicts better than average pooling: the two are not told apart.",
 *   "How this is known: each patient was predicted by a head that was trained without that patient, and the tumour's " +
 *   "place was never an input.",
 * ]);
 * ```
 *
 * @returns Sentences for one paragraph each: where it looks, whether that pays, how it is known.
 */
export function saysWhatAttentionDoes({ difference, onTumour, besideControl }: AttentionEvidence): readonly string[] {
  const hasControl = besideControl !== undefined;
  return [
    whereItLooks(onTumour, besideControl),
    whetherItPays(difference, onTumour !== null && sideOf(limits(onTumour)) === "above"),
    "How this is known: each patient was predicted by a head that was trained without that patient, and the tumour's " +
    "place was never an input." +
    (hasControl
      ? " The control is the same training on the same scans, with survival that depends on nothing in the image."
      : ""),
  ];
}

const limits = ({ interval: [low, high] }: { readonly interval: readonly [number, number] }) => ({ low, high });

function whereItLooks(
  onTumour: AttentionOnTumour | null,
  besideControl: AttentionDifference | null | undefined,
): string {
  if (!onTumour) return "Where soft attention looks cannot be counted here.";
  const control = besideControl && sideOf(limits(besideControl));
  switch (sideOf(limits(onTumour))) {
    case "above":
      return "Soft attention looks at the slices that hold the tumour" + (
        control === "above"
          ? ", and it does so because of survival: it puts more weight there than equal weights do, and more than the " +
            "control does."
          : control === "around"
          ? ". But it is not told apart from the control, so it is not shown that survival taught it to."
          : control === "below"
          ? ". But the control does so more, so it is not survival that taught it to."
          : ". There is no control, so it is not known whether survival taught it to."
      );
    case "below":
      return "Soft attention looks beside the tumour: it puts less weight on the slices that hold it than equal weights do.";
    default:
      return "It is not shown that soft attention looks at the slices that hold the tumour: it is not told apart from " +
        "equal weights." + (control === "above" ? " It does put more weight there than the control does." : "");
  }
}

function whetherItPays(difference: SaidDifference | null, looksAtTumour: boolean): string {
  if (!difference) return "Soft attention and average pooling cannot be compared here.";
  switch (sideOf(difference)) {
    case "above":
      return looksAtTumour
        ? "This pays: it predicts better than average pooling."
        : "It predicts better than average pooling, but not by anything that is shown here of where it looks.";
    case "below":
      return "This does not pay: it predicts worse than average pooling.";
    default:
      return "It is not shown that soft attention predicts better than average pooling: the two are not told apart.";
  }
}
