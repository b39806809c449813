import type { LawResult } from "../laws/law_result.ts";
import { saysAttention, saysAttentionBesideControl } from "./says_attention.ts";
import { saysDifference } from "./says_difference.ts";
import { saysInterval } from "./says_interval.ts";

/**
 * Says what soft attention came to under one law: against chance, against average pooling, on the tumour's slices, and
 * beside the control.
 *
 * @example
 * ```ts
 * import { type LawResult, saysLawResult } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const none = { value: null, interval: null, comparable: 0 };
 * const result: LawResult = {
 *   law: "size",
 *   patients: 96,
 *   events: 58,
 *   soft: { value: .634, interval: { low: .571, high: .697 }, comparable: 320 },
 *   average: none,
 *   difference: { difference: .012, low: -.02, high: .045, level: .95, p: .4, replicates: 2000 },
 *   onTumour: null,
 *   besideControl: null,
 *   ici: null,
 *   coxOnFeatures: null,
 *   tumourVolume: null,
 *   bestReachableCtd: .945,
 * };
 * assertEquals(
 *   saysLawResult(result).split(". ").slice(0, 2).join(". "),
 *   "Survival by size: soft attention has a Ctd within folds of 0.634 [0.571, 0.697] (96 patients). The interval lies " +
 *     "above 0.5, the chance level",
 * );
 * ```
 */
export function saysLawResult({ law, patients, soft, difference, onTumour, besideControl }: LawResult): string {
  const said = [
    saysInterval("soft attention", soft, { patients }),
    saysDifference(["soft attention", "average pooling"], difference, { patients }),
    saysAttention("soft attention", onTumour),
    ...law !== "null" && besideControl ? [saysAttentionBesideControl("soft attention", besideControl)] : [],
  ].join(" ");
  return `Survival by ${law === "null" ? "nothing (the control)" : law}: ${said.slice(0, 1).toLowerCase()}${
    said.slice(1)
  }`;
}
