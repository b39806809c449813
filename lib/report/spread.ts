/** At most `wanted` whole numbers from 0 to `count - 1`, evenly spread, the first and the last among them. */
export function spread(count: number, wanted: number): number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, i) => Math.round(number === 1 ? 0 : i * (count - 1) / (number - 1)));
}
