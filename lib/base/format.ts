/**
 * A size for people, in powers of ten as disks are sold. Kilobytes are rounded up.
 *
 * @example
 * ```ts
 * import { formatBytes } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([2_001, 94_000_000, 1_234_000_000].map(formatBytes), ["3 kB", "94 MB", "1.2 GB"]);
 * ```
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  if (bytes < 999.5e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * A p-value as it stands in text. It is never shown as 0.
 *
 * @example
 * ```ts
 * import { formatP } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatP(0.0338), "p = 0.034");
 * assertEquals(formatP(2e-7), "p < 0.001");
 * assertEquals(formatP(null), "p = –");
 * ```
 *
 * @param p Null or NaN where there is none, such as a test without events.
 */
export function formatP(p: number | null, decimals = 3): string {
  if (p === null || Number.isNaN(p)) return "p = –";
  const least = 10 ** -decimals;
  return p < least ? `p < ${least.toFixed(decimals)}` : `p = ${p.toFixed(decimals)}`;
}

/**
 * Words as they stand in a sentence.
 *
 * @example
 * ```ts
 * import { listWords } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(listWords(["age", "sex", "stage"]), "age, sex and stage");
 * assertEquals(listWords(["pre", "post"], "or"), "pre or post");
 * ```
 */
export function listWords(words: readonly (string | number)[], conjunction: "and" | "or" = "and"): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/**
 * A text as a cell of a table that is separated by commas (RFC 4180): in quotes where it has to be.
 *
 * @example
 * ```ts
 * import { quoteCsv } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["LUNG1-001", "Doe, J", 'a "b"'].map(quoteCsv), ["LUNG1-001", '"Doe, J"', '"a ""b"""']);
 * ```
 */
export function quoteCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
