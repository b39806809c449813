import { createRandom, InputError } from "@ctsurv/common/mod.ts";
import { type CtdOptions, pairScores } from "./pair_scores.ts";
import { checkPredictions, type SurvivalPredictions } from "./survival_predictions.ts";

export interface BootstrapOptions extends CtdOptions {
  /** Coverage; default 0.95. */
  readonly level?: number;
  /** Bootstrap samples; default 1000. */
  readonly replicates?: number;
  /** Default 42. */
  readonly seed?: number;
}

/** A bootstrap interval. */
export interface ConcordanceInterval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** Bootstrap samples that had a pair to compare; the interval is made of these. */
  readonly replicates: number;
}

/**
 * The percentile interval of {@linkcode concordance} when patients are drawn with replacement; null where no sample had
 * a pair to compare.
 *
 * A patient drawn w times counts w times in every pair with others and is never paired with its own copies, that is
 * w'Mw / w'Cw over the matrices of scores and of comparable pairs. Comparing copies would add ties that no model can
 * break, which biases `adj_antolini` upwards. The interval holds the model fixed: it says how sure the Ctd of these
 * predictions is, not how much another training run would differ.
 *
 * @throws {InputError} If the predictions are not whole, or level or replicates make no sense.
 */
export function concordanceInterval(
  predictions: SurvivalPredictions,
  { level = 0.95, replicates = 1000, seed = 42, ...options }: BootstrapOptions = {},
): ConcordanceInterval | null {
  if (!(level > 0 && level < 1)) throw new InputError(`An interval's level is between 0 and 1, not ${level}`);
  if (!(Number.isInteger(replicates) && replicates > 0)) {
    throw new InputError(`A bootstrap needs a whole number of replicates, not ${replicates}`);
  }
  const anchors = [...pairScores(checkPredictions(predictions), options)];
  const patients = anchors.length;
  const random = createRandom(seed, "concordance-interval");
  const drawn = new Uint32Array(patients);
  const values: number[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawn.fill(0);
    for (let draw = 0; draw < patients; draw++) drawn[random.integer(0, patients - 1)]!++;
    let doubled = 0, comparable = 0;
    anchors.forEach((anchor, i) => {
      if (drawn[i] === 0) return;
      let rowDoubled = 0, rowComparable = 0;
      for (let j = 0; j < patients; j++) {
        rowDoubled += drawn[j]! * anchor.doubled[j]!;
        rowComparable += drawn[j]! * anchor.comparable[j]!;
      }
      doubled += drawn[i]! * rowDoubled;
      comparable += drawn[i]! * rowComparable;
    });
    if (comparable > 0) values.push(doubled / 2 / comparable);
  }
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const tail = (1 - level) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail), level, replicates: values.length };
}

/** Linear between order statistics, as numpy does by default. */
function quantile(sorted: readonly number[], q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!, high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}
