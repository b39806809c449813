/** What stands where there is no number. */
export const missing = "–";

/** A number with fixed decimals; null, undefined and what is not finite as "–". */
export function formatNumber(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? missing : value.toFixed(decimals);
}
