import { createRandom } from "@ctsurv/base/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { BootstrapOptions } from "@ctsurv/survival/mod.ts";
import type { PatientFeatures } from "@ctsurv/training/mod.ts";
import { type MeanWithInterval, meanWithInterval } from "./mean_with_interval.ts";
import type { HeadRisk } from "./head_risk.ts";

/** How far the risk moves when slices are taken in an order, against random orders. In log odds. */
export interface OrderEffect {
  /** In order of attention, the highest first. */
  readonly attended: number;
  /** In random orders. */
  readonly random: number;
}

/** Deletion and insertion of the slices of one patient. */
export interface SliceOrder {
  /** The mean over k of |R(all but the first k slices) - R(all)|. Large, if the first are those that matter. */
  readonly deletion: OrderEffect;
  /** The mean over k of |R(only the first k slices) - R(all)|. Small, if the first are those that matter. */
  readonly insertion: OrderEffect;
}

/** Options of {@linkcode sliceOrder}. */
export interface SliceOrderOptions {
  /** Random orders. @default {10} */
  readonly orders?: number;
  /** Seed of the orders. @default {42} */
  readonly seed?: number;
}

/**
 * Deletion and insertion (Petsiuk et al. 2018), of slices in place of pixels: does the risk rest on the slices that attention
 * weighs most? Of n slices, 1 to n - 1 are taken away, or are all that is left; attention is renewed over those that are left.
 * It costs 2 (n - 1) passes of the head for each order, and none of the backbone.
 *
 * @returns Null for a patient of one slice.
 */
export async function sliceOrder(
  heads: HeadRisk,
  head: SurvivalHead<HostTensor>,
  patient: PatientFeatures & { readonly id: string; readonly attention: ArrayLike<number> },
  { orders = 10, seed = 42 }: SliceOrderOptions = {},
): Promise<SliceOrder | null> {
  const { id, slices, attention } = patient;
  if (slices < 2) return null;
  const all = [...Array(slices).keys()];
  const random = createRandom(seed, "slice order", id);
  const wanted = [
    all.toSorted((a, b) => attention[b]! - attention[a]!),
    ...Array.from({ length: orders }, () => random.shuffle([...all])),
  ];
  // What is left after each deletion of each order, then what has been inserted.
  const counts = all.slice(1);
  const subsets = wanted.flatMap((order) => [
    ...counts.map((k) => order.slice(k)),
    ...counts.map((k) => order.slice(0, k)),
  ]);
  const [whole, ...risks] = await heads.risks(head, [patient, ...subsets.map((chosen) => only(patient, chosen))]);
  const mean = (from: number) =>
    risks.slice(from, from + counts.length).reduce((sum, risk) => sum + Math.abs(risk - whole!), 0) / counts.length;
  const effects = wanted.map((_, i) => ({
    deletion: mean(2 * i * counts.length),
    insertion: mean((2 * i + 1) * counts.length),
  }));
  const [attended, ...others] = effects as [typeof effects[number], ...typeof effects];
  const effect = (name: "deletion" | "insertion"): OrderEffect => ({
    attended: attended[name],
    random: others.reduce((sum, one) => sum + one[name], 0) / others.length,
  });
  return { deletion: effect("deletion"), insertion: effect("insertion") };
}

/** Some of a patient's slices, from feet to head. */
function only({ features, slices }: PatientFeatures, chosen: readonly number[]): PatientFeatures {
  const width = features.length / slices;
  const kept = new Float32Array(chosen.length * width);
  chosen.toSorted((a, b) => a - b).forEach((slice, i) =>
    kept.set(features.subarray(slice * width, (slice + 1) * width), i * width)
  );
  return { features: kept, slices: chosen.length };
}

/** Means over patients, who all count the same. */
export interface SliceOrderTest {
  /** Patients with more than one slice. */
  readonly patients: number;
  /** Mean effects of deletion, and attended less random with its interval: above 0 if attention finds what matters. */
  readonly deletion: OrderEffect & { readonly difference: MeanWithInterval };
  /** Mean effects of insertion; here the difference is below 0 if attention finds what matters. */
  readonly insertion: OrderEffect & { readonly difference: MeanWithInterval };
}

/** Sums up {@linkcode sliceOrder} over patients, with bootstrap intervals; null where there is none. */
export function sliceOrderTest(
  patients: readonly SliceOrder[],
  options: BootstrapOptions = {},
): SliceOrderTest | null {
  const count = patients.length;
  if (count === 0) return null;
  const summary = (name: "deletion" | "insertion") => {
    const effects = patients.map((patient) => patient[name]);
    const mean = (of: (effect: OrderEffect) => number) => effects.reduce((sum, effect) => sum + of(effect), 0) / count;
    const difference = meanWithInterval(
      effects.map(({ attended, random }) => attended - random),
      "slice-order",
      options,
    );
    return { attended: mean(({ attended }) => attended), random: mean(({ random }) => random), difference };
  };
  return { patients: count, deletion: summary("deletion"), insertion: summary("insertion") };
}
