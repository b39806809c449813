/**
 * Patients in groups by quantiles of a number, the lowest first. Patients with the same number are in one group, so there
 * may be fewer groups than asked for.
 *
 * @returns The places of the patients, group by group.
 */
export function quantileGroups(values: ArrayLike<number>, wanted: number): number[][] {
  const patients = values.length;
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const members = new Map<number, number[]>();
  let below = 0;
  order.forEach((i, position) => {
    if (position > 0 && values[i] !== values[order[position - 1]!]) below = position;
    const group = Math.floor(wanted * below / patients);
    const others = members.get(group);
    if (others) others.push(i);
    else members.set(group, [i]);
  });
  return [...members.values()];
}
