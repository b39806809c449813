import { attentionShare } from "./attention_share.ts";
import { formatNumber } from "./format_number.ts";
import type { TumourExtent } from "./tumour_slices.ts";

/** Where a patient's attention is, in words. */
export function describeAttention(weights: readonly number[], tumours: TumourExtent): string {
  const { attended, uniform } = attentionShare(weights, tumours);
  const percent = (share: number) => `${formatNumber(100 * share, 0)} %`;
  const peak = `${weights.length} slices, most on slice ${weights.indexOf(Math.max(...weights))}`;
  if (tumours.length === 0) return peak;
  return `${peak}; ${percent(attended)} of the attention on the ${percent(uniform)} of slices that hold tumour`;
}
