/** Dice coefficient of two masks, 2 |A and B| / (|A| + |B|): 1 for the same mask, also for two empty ones. */
export function dice(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    either += a[i]! + b[i]!;
  }
  return either === 0 ? 1 : 2 * both / either;
}
