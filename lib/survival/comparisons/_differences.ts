import type { BootstrapValues } from "./bootstrap.ts";
import type { PairedBootstrap } from "./paired_bootstrap.ts";

/** A difference with its interval and p-value, from the differences on the bootstrap samples; null where there are none. */
export function describeDifferences(
  difference: number | null,
  samples: BootstrapValues | null,
): PairedBootstrap | null {
  if (difference === null || samples === null) return null;
  const { low, high, level, values } = samples;
  const share = (isBeyond: (difference: number) => boolean) =>
    (1 + values.filter(isBeyond).length) / (1 + values.length);
  const p = Math.min(1, 2 * Math.min(share((d) => d <= 0), share((d) => d >= 0)));
  return { difference, low, high, level, p, replicates: values.length };
}
