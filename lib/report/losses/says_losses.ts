import { listWords } from "@ctsurv/base/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { bracketed, capital, counted, plain } from "../sentences/_words.ts";
import { saysInterval } from "../sentences/says_interval.ts";
import type { LossesResult, LossRow } from "./losses_result.ts";

/**
 * Says what the loss does to a model: how well it ranks under DeepHit, and which of the other losses are told apart from
 * it after Holm's adjustment.
 *
 * @example
 * ```ts
 * import { provenance, saysLosses } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const ctd = { value: .634, interval: { low: .571, high: .697 }, comparable: 320 };
 * const row = { ctd, mean: .63, auc: ctd, brier: .22, ici: .05, messages: [] };
 * const less = { difference: -.08, low: -.13, high: -.03, level: .95, p: .004, replicates: 2000 };
 * const said = saysLosses({
 *   kind: "losses",
 *   cohort: { name: "made-up", hash: "f00d", patients: 96, events: 58 },
 *   profile: "workshop",
 *   model: "efficientnet_b0",
 *   name: "EfficientNetB0",
 *   protocol: "workshop",
 *   rows: [
 *     { ...row, loss: "deephit", difference: null, pHolm: null },
 *     { ...row, loss: "cox", difference: less, pHolm: .008 },
 *     { ...row, loss: "mtlr", difference: { ...less, high: .01, p: .1 }, pHolm: .1 },
 *   ],
 *   batchSizes: [],
 *   provenance: await provenance({
 *     engine: "onnx",
 *     provider: "cpu",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     lungs: "U-Net",
 *     cohort: { name: "made-up", hash: "f00d" },
 *     profile: "workshop",
 *     seeds: { training: 42 },
 *   }),
 * });
 * assertEquals(
 *   said.slice(said.indexOf("Of 2")),
 *   "Of 2 other losses, 1 is told apart from DeepHit after Holm's adjustment: Cox (DeepSurv) is behind by " +
 *     "0.080 [0.030, 0.130], p 0.008. For MTLR the data leave it open.",
 * );
 * ```
 */
export function saysLosses({ rows, name, cohort: { patients } }: LossesResult): string {
  const [first, ...others] = rows;
  if (!first) return "No loss was compared.";
  const said = saysInterval(`${name} with the loss ${titleOf(first)}`, first.ctd, { patients });
  const compared = others.filter(({ difference }) => difference !== null);
  if (compared.length === 0) return `${said} No other loss can be compared with it.`;
  const apart = compared.filter(({ pHolm }) => pHolm !== null && pHolm < .05);
  const open = compared.filter((row) => !apart.includes(row));
  const head = `Of ${counted(compared.length, "other loss").replace(/losss$/, "losses")}`;
  if (apart.length === 0) {
    return `${said} ${head}, none is told apart from ${titleOf(first)} after Holm's adjustment. ` +
      `That does not make them equal: the differences are from ${extreme(compared, Math.min)} to ${
        extreme(compared, Math.max)
      }, and the widest interval is ${widest(compared)}.`;
  }
  const verb = apart.length === 1 ? "is" : "are";
  const left = open.length === 0 ? "" : ` For ${listWords(open.map(titleOf))} the data leave it open.`;
  return `${said} ${head}, ${apart.length} ${verb} told apart from ${titleOf(first)} after Holm's adjustment: ${
    listWords(apart.map(saysRow))
  }.${left}`;
}

/** Says how far the size of the batch changes what Cox's loss learns; empty where it was not looked at. */
export function saysBatchSizes({ batchSizes }: LossesResult): string {
  const [first, ...others] = batchSizes;
  const compared = others.filter(({ difference }) => difference !== null);
  if (!first || compared.length === 0) return "";
  const apart = compared.filter(({ difference }) => difference!.low > 0 || difference!.high < 0);
  const parts = compared.map(({ batchSize, isAll, epochs, difference }) =>
    `${isAll ? "all patients at once" : `${batchSize}`} and ${epochs} epochs ${
      bracketed(difference!.difference, difference!)
    }`
  );
  const whole = others.find(({ isAll }) => isAll);
  return `A batch of ${first.batchSize} compares a death with ${first.batchSize - 1} patients at most: equal hazards ` +
    `cost ${plain(first.equalHazards)} there` +
    `${whole ? `, and ${plain(whole.equalHazards)} with the whole fold in one batch` : ""}. ` +
    `Cox's Ctd within folds less that in batches of ${first.batchSize}: ${listWords(parts)}. ` +
    (apart.length === 0
      ? "No interval excludes 0."
      : `${capital(counted(apart.length, "interval"))} of ${compared.length} ${
        apart.length === 1 ? "excludes" : "exclude"
      } 0.`);
}

function titleOf({ loss }: LossRow): string {
  return survivalLosses[loss].title;
}

function saysRow(row: LossRow): string {
  const { difference, low, high } = row.difference!;
  const isAhead = difference > 0;
  const size = isAhead ? bracketed(difference, { low, high }) : bracketed(-difference, { low: -high, high: -low });
  return `${titleOf(row)} is ${isAhead ? "ahead" : "behind"} by ${size}, p ${plain(row.pHolm)}`;
}

function extreme(rows: readonly LossRow[], of: (...values: number[]) => number): string {
  return plain(of(...rows.map(({ difference }) => difference!.difference)));
}

function widest(rows: readonly LossRow[]): string {
  const { low, high } = rows.map(({ difference }) => difference!).reduce((a, b) =>
    b.high - b.low > a.high - a.low ? b : a
  );
  return `[${plain(low)}, ${plain(high)}]`;
}
