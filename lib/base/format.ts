/** A size for people, in powers of ten as disks are sold: "3 kB", "94 MB", "1.2 GB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  if (bytes < 999.5e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A p-value as it stands in text, never 0: "p = 0.034", "p < 0.001", "p = –" for null and NaN. */
export function formatP(p: number | null, decimals = 3): string {
  if (p === null || Number.isNaN(p)) return "p = –";
  const least = 10 ** -decimals;
  return p < least ? `p < ${least.toFixed(decimals)}` : `p = ${p.toFixed(decimals)}`;
}
