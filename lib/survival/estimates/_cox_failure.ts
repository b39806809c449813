import { InputError, listWords } from "@ctsurv/base/mod.ts";
import { cholesky, solveCholesky } from "../_math.ts";

/** What an explanation of a failed fit needs. */
export interface FailedFit {
  /** [patients][covariates] */
  readonly covariates: readonly Float64Array[];
  /** [patients] */
  readonly months: ArrayLike<number>;
  /** [patients]: 1 for a death. */
  readonly event: ArrayLike<number>;
  /** [covariates]: standard deviations. */
  readonly spread: Float64Array;
  readonly nameOf: (covariate: number) => string;
  /** How messages name a ridge. */
  readonly ridgeName: string;
}

/** A sum of others, up to this share of its own spread, is the same. */
const SAME = 1e-6;

/**
 * The error for covariates that follow from others.
 *
 * @param information Minus the second derivatives, with all coefficients 0.
 * @param dependent The first covariate whose row follows from the rows before it.
 */
export function collinearity(information: readonly Float64Array[], dependent: number, facts: FailedFit): InputError {
  const { covariates, spread, nameOf, ridgeName } = facts;
  const name = nameOf(dependent);
  const before = cholesky(information.slice(0, dependent).map((row) => row.slice(0, dependent)));
  const weights = "factor" in before
    ? Array.from(solveCholesky(before.factor, information[dependent]!.slice(0, dependent)))
    : [];
  const isConstant = covariates.every((row) => row[dependent] === covariates[0]![dependent]);
  const causes = weights.flatMap((weight, k) =>
    !isConstant && Math.abs(weight) * spread[k]! > SAME * spread[dependent]! ? [nameOf(k)] : []
  );
  const rest = covariates.map((row) => row[dependent]! - weights.reduce((sum, w, k) => sum + w * row[k]!, 0));
  const everywhere = isConstant || rest.every((value) => Math.abs(value - rest[0]!) <= SAME * spread[dependent]!);
  const how = causes.length > 0 ? `it follows from ${listWords(causes)}` : "it is constant";
  const where = everywhere ? "" : " among the patients who were still followed when somebody died";
  const few = fewDeaths(facts);
  return new InputError(
    `Cox regression cannot tell the effect of ${name} from that of the other covariates (collinearity): ${how}${where}.` +
      (few && ` There are ${few}.`) + ` Leave it out, or use ${ridgeName}`,
  );
}

/**
 * The error for a likelihood without a maximum.
 *
 * @param step [covariates]: the last step of Newton's method. It stays large where a coefficient grows without limit.
 */
export function separation(step: ArrayLike<number>, facts: FailedFit): InputError {
  const { covariates, event, spread, nameOf, ridgeName } = facts;
  const steps = Array.from(step, (change, k) => Math.abs(change) * spread[k]!);
  const largest = Math.max(...steps);
  const large = [...steps.keys()].filter((k) => steps[k]! >= 0.05 * largest);
  // Once one separates, others may grow along with it.
  const alone = large.filter((k) => separatesAlone(k, facts));
  const growing = alone.length > 0 ? alone : large;
  const isOne = growing.length === 1;
  const deathless = describeDeathless(covariates, event, growing, nameOf);
  const few = fewDeaths(facts);
  return new InputError(
    `Cox regression does not converge: ${few && `there are ${few}, and `}the coefficient${isOne ? "" : "s"} of ${
      listWords(growing.map(nameOf))
    } grow${isOne ? "s" : ""} without limit, because ${
      isOne ? "it separates" : "they separate"
    } patients who died from ` +
      `the others (separation)${deathless}. Leave ${isOne ? "it" : "them"} out, or use ${ridgeName}`,
  );
}

/** Whether everybody who dies has the largest value of all who are still followed, or everybody the smallest. */
function separatesAlone(covariate: number, { covariates, months, event }: FailedFit): boolean {
  const latestFirst = covariates.map((_, i) => i).sort((a, b) => months[b]! - months[a]!);
  let [isLargest, isSmallest, most, least] = [true, true, -Infinity, Infinity];
  for (let from = 0, to = 0; from < latestFirst.length; from = to) {
    while (to < latestFirst.length && months[latestFirst[to]!] === months[latestFirst[from]!]) to++;
    const tied = latestFirst.slice(from, to);
    for (const i of tied) {
      most = Math.max(most, covariates[i]![covariate]!);
      least = Math.min(least, covariates[i]![covariate]!);
    }
    for (const i of tied.filter((i) => event[i] === 1)) {
      isLargest &&= covariates[i]![covariate] === most;
      isSmallest &&= covariates[i]![covariate] === least;
    }
  }
  return isLargest || isSmallest;
}

/** Which patients none died of, in the level of a covariate of 0 and 1 or outside of all of them. */
function describeDeathless(
  covariates: readonly Float64Array[],
  event: ArrayLike<number>,
  growing: readonly number[],
  nameOf: (covariate: number) => string,
): string {
  if (!covariates.every((row) => growing.every((k) => row[k] === 0 || row[k] === 1))) return "";
  const without = (isMember: (row: Float64Array) => boolean, what: string): string[] => {
    const members = covariates.flatMap((row, i) => isMember(row) ? [i] : []);
    return members.length > 0 && members.every((i) => event[i] !== 1)
      ? [`none of the ${members.length} ${what} died`]
      : [];
  };
  const found = [
    ...growing.flatMap((k) => without((row) => row[k] === 1, `patients with ${nameOf(k)}`)),
    ...without(
      (row) => growing.every((k) => row[k] === 0),
      `patients ${growing.length === 1 ? "without it" : "with none of them"}`,
    ),
  ];
  return found.length > 0 ? `: ${found.join("; ")}` : "";
}

/** A phrase if there are no more deaths than covariates, and else nothing. */
function fewDeaths({ covariates, event }: FailedFit): string {
  const [deaths, count] = [Array.from(event).filter((one) => one === 1).length, covariates[0]!.length];
  if (deaths > count) return "";
  return `too few deaths, ${deaths} for ${count} covariate${count === 1 ? "" : "s"} where ten for each are usual`;
}
