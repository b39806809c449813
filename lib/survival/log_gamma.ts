/** log Gamma(a) for a = 1/2, 1, 3/2, ..., by its recurrence. */
export function logGamma(a: number): number {
  const isWhole = Number.isInteger(a);
  let sum = isWhole ? 0 : Math.log(Math.PI) / 2;
  for (let k = isWhole ? 1 : .5; k < a; k++) sum += Math.log(k);
  return sum;
}
