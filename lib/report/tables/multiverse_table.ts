import type { PairedBootstrap } from "@ctsurv/survival/mod.ts";
import { withInterval } from "../format.ts";
import type { MultiverseResult, MultiverseRow } from "../results/multiverse.ts";
import { type Table, table } from "./table.ts";

/** A row of the table: a choice, or the headline itself. */
type Shown = Pick<MultiverseRow, "title" | "headline" | "patients" | "ctd" | "mean"> & Partial<MultiverseRow>;

/**
 * Shows one model under each choice changed alone: Ctd within folds with its interval, and the paired difference to the
 * headline row, which comes first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { multiverseTable, provenance } from "@ctsurv/ctsurv/report";
 *
 * const ctd = { value: 0.62, interval: { low: 0.55, high: 0.69 } };
 * const difference = { difference: 0.04, low: -0.01, high: 0.09, level: 0.95, p: 0.12, replicates: 1000 };
 * const { csv } = multiverseTable({
 *   kind: "multiverse",
 *   cohort: { name: "made-up", hash: "f00d", patients: 96, events: 58 },
 *   profile: "workshop",
 *   model: "efficientnet_b0",
 *   headline: { protocol: "workshop", ctd, mean: 0.61 },
 *   rows: [{
 *     name: "attention=linear",
 *     title: "attention: linear",
 *     headline: "gated",
 *     patients: 96,
 *     ctd: { value: 0.66, interval: { low: 0.59, high: 0.73 } },
 *     mean: 0.65,
 *     difference,
 *     effect: "moved",
 *   }],
 *   missing: [],
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
 * assertEquals(csv.split(/\r\n/)[2], "attention: linear,gated,96,\"0.660 [0.590, 0.730]\",\"+0.040 [-0.010, 0.090]\",0.12,");
 * ```
 */
export function multiverseTable({ cohort, profile, model, headline, rows, missing }: MultiverseResult): Table {
  const first: Shown = { title: "headline", headline: "", patients: cohort.patients, ...headline };
  return table<Shown>(
    [first, ...rows],
    [
      { label: "Choice", value: ({ title }) => title },
      { label: "instead of", value: ({ headline }) => headline },
      { label: "Patients", value: ({ patients }) => patients, decimals: 0 },
      { label: "Ctd within folds [95 %]", value: ({ ctd }) => withInterval(ctd) },
      { label: "Less the headline's [95 %]", value: ({ difference }) => difference ? signed(difference) : null },
      { label: "p", value: ({ difference }) => difference?.p, decimals: 3 },
      { label: "Note", value: ({ note }) => note ?? "" },
    ],
    [
      `${model} under protocol ${headline.protocol}, one choice changed at a time. Computed on ${cohort.name} ` +
      `(${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}`,
      ...missing.map(({ name, reason }) => `not computed: ${name} (${reason})`),
    ].join("; "),
  );
}

function signed({ difference, low, high }: Pick<PairedBootstrap, "difference" | "low" | "high">): string {
  return `${difference > 0 ? "+" : ""}${withInterval({ value: difference, interval: { low, high } })}`;
}
