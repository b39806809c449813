import { InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";

/** The outputs of a network as one row of float64 for each patient, refused where one is not finite. */
export function checkedRows(
  outputs: ArrayLike<number>,
  { bins = HORIZON_MONTHS }: { readonly bins?: number },
): Float64Array[] {
  if (outputs.length % bins !== 0) {
    throw new InputError(`${outputs.length} logits are not whole patients of ${bins} bins each`);
  }
  return Array.from({ length: outputs.length / bins }, (_, patient) => {
    const row = Float64Array.from({ length: bins }, (_, k) => outputs[patient * bins + k]!);
    if (!row.every(Number.isFinite)) throw new InputError(`Patient ${patient + 1} has a logit that is not finite`);
    return row;
  });
}

/**
 * The curve of a cumulative hazard that rises by softplus(x) in each bin; softplus(x) = -log(1 - sigmoid(x)).
 *
 * @param row [bins]
 */
export function survivalOfHazards(row: Float64Array): Float64Array {
  const survival = new Float64Array(row.length + 1);
  survival[0] = 1;
  let hazard = 0;
  row.forEach((x, k) => survival[k + 1] = Math.exp(-(hazard += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))));
  return survival;
}
