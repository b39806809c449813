import type { LawResult } from "../laws/law_result.ts";
import { saysAttention, saysAttentionBesideControl } from "./says_attention.ts";
import { saysDifference } from "./says_difference.ts";

/**
 * Says what soft attention came to under one law: against average pooling, on the tumour's slices, and beside the
 * control.
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
 *   soft: none,
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
 *   saysLawResult(result).split(". ")[0],
 *   "Survival by size: soft attention and average pooling are not told apart: soft attention less average pooling is " +
 *     "0.012 [-0.020, 0.045] in Ctd within folds (96 patients), and the interval holds 0",
 * );
 * ```
 */
export function saysLawResult({ law, patients, difference, onTumour, besideControl }: LawResult): string {
  const said = [
    saysDifference(["soft attention", "average pooling"], difference, { patients }),
    saysAttention("soft attention", onTumour),
    ...law !== "null" && besideControl ? [saysAttentionBesideControl("soft attention", besideControl)] : [],
  ].join(" ");
  return `Survival by ${law === "null" ? "nothing (the control)" : law}: ${said.slice(0, 1).toLowerCase()}${
    said.slice(1)
  }`;
}
