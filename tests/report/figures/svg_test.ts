import { assertEquals } from "@std/assert";
import { examineFlops } from "@ctsurv/analysis/mod.ts";
import {
  attentionFigure,
  attentionStrip,
  calibrationFigure,
  costFigure,
  decisionCurveFigure,
  type Figure,
  flopsFigure,
  foldFigure,
  histogram,
  kaplanMeierFigure,
  lossCurve,
  lungAreaFigure,
  type ModelResult,
  multiverseFigure,
  survivalCurves,
} from "@ctsurv/report/mod.ts";
import { decisionCurve } from "@ctsurv/survival/mod.ts";
import { multiverse } from "../samples.ts";
import { assertSvg, committedSvgs } from "./assert_svg.ts";

/** A row of table 1; of each fold its Ctd. */
function row(
  model: string,
  name: string,
  ctds: readonly (number | null)[],
  pooled: ModelResult["pooled"],
): ModelResult {
  const folds = ctds.map((ctd, i) => ({ fold: i + 1, patients: 8, events: 5, ctd }));
  const known = ctds.filter((ctd) => ctd !== null);
  return {
    model,
    name,
    weights: { kind: "seeded", hash: "abc" },
    view: { kind: "slice", slices: 6, size: 224 },
    folds,
    mean: known.reduce((sum, ctd) => sum + ctd, 0) / known.length,
    stdSample: null,
    stdPopulation: null,
    pooled,
  };
}

const models = [
  row("efficientnet_b0", "EfficientNetB0", [0.5, 0.75, null, 0.7], { value: 0.62, interval: [0.55, 0.71] }),
  row("not_in_paper", "A model <&> of ours", [0.3, 0.6], { value: 0.45, interval: [null, null] }),
];

/** Ten slices of 4 x 5 pixels. */
const stack = { data: new Float32Array(200).fill(0.5), shape: [10, 4, 5] } as const;

/** Predictions of which some are right: a patient's survival at 0, 12 and 24 months, follow-up and outcome. */
const predictions = Array.from({ length: 16 }, (_, i) => ({
  survival: [1, 1 - (i + 1) / 25, 1 - (i + 1) / 20],
  months: [24, 20, 24, 11, 24, 24, 9, 24, 15, 3, 24, 12, 6, 24, 2, 1][i]!,
  event: [0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1][i]!,
}));

/** Every figure on a small input, by its file's name. */
const figures: Readonly<Record<string, () => Figure>> = {
  attention_figure: () => attentionFigure([0.1, 0.15, 0.4, 0.2, 0.1, 0.05], { patient: "P <1>", tumours: [[2, 3]] }),
  attention_strip: () =>
    attentionStrip([1, 2, 3, 9, 5, 4, 3, 8, 2, 1], { patient: "P <1>", stack, tumours: [[2, 4], [7, 7]] }),
  calibration_figure: () =>
    calibrationFigure(
      {
        times: [0, 12, 24],
        survival: predictions.map(({ survival }) => survival),
        months: predictions.map(({ months }) => months),
        event: predictions.map(({ event }) => event),
      },
      24,
      { groups: 4 },
    ),
  cost_figure: () =>
    costFigure([
      { model: "efficientnet_b0", name: "EfficientNetB0", macsPerPatient: 2e10 },
      { model: "not_in_paper", name: "A model of ours", macsPerPatient: 5e9 },
    ], models),
  decision_curve_figure: () =>
    decisionCurveFigure(
      [{ name: "B0", power: 1 }, { name: "a <model>", power: 3 }].map(({ name, power }) => ({
        name,
        ...decisionCurve(
          {
            times: [24],
            survival: predictions.map(({ survival }) => [survival[2]! ** power]),
            months: predictions.map(({ months }) => months),
            event: predictions.map(({ event }) => event),
          },
          24,
          { thresholds: Array.from({ length: 19 }, (_, i) => (i + 1) / 20) },
        ),
      })),
    ),
  flops_figure: () => flopsFigure(examineFlops()),
  fold_figure: () => foldFigure(models, { bestReachableCtd: 0.82 }),
  histogram: () => histogram([50, 52, 53, 53, 58, 61, 61, 61, 70], { heading: "Kept", label: "kept slices", bins: 5 }),
  kaplan_meier_figure: () =>
    kaplanMeierFigure([
      { label: "lower risk", months: [3, 8, 14, 14, 20, 26, 30], event: [0, 1, 1, 0, 1, 1, 0] },
      { label: "higher & risk", months: [1, 2, 2, 5, 9, 13], event: [1, 1, 1, 0, 1, 1] },
    ], { heading: "Two groups" }),
  loss_curve: () =>
    lossCurve([{ name: "loss", values: [3.2, 2.1, 1.6, 1.5] }, { name: "L1", values: [2, 1.4, 1.2, 1.1] }]),
  lung_area_figure: () =>
    lungAreaFigure([0, 0.01, 0.05, 0.12, 0.15, 0.09, 0.015], { patient: "P1", threshold: 0.02, first: 2, last: 5 }),
  multiverse_figure: () => multiverseFigure(multiverse),
  survival_curves: () =>
    survivalCurves([0, 1, 2, 3, 4, 5, 6], [
      { patient: "died", survival: [1, 0.9, 0.7, 0.6, 0.3, 0.2, 0.1], observed: { months: 2.5, event: true } },
      { patient: "lost", survival: [1, 1, 0.95, 0.9, 0.8, 0.75, 0.7], observed: { months: 9, event: false } },
      { patient: "unknown", survival: [1, 0.8, 0.6, 0.5, 0.45, 0.4, 0.35] },
    ]),
};

for (const [name, draw] of Object.entries(figures)) {
  Deno.test(`the figure of ${name}.ts is that of svg/${name}.svg`, () => assertSvg(name, draw().svg));
}

Deno.test("every figure of lib/report/figures has an SVG to be compared with, and no SVG is left over", () => {
  const shared = ["figure", "film", "theme"];
  const drawn = [...Deno.readDirSync(new URL("../../../lib/report/figures/", import.meta.url))]
    .map(({ name }) => name.replace(/\.ts$/, ""))
    .filter((name) => !shared.includes(name) && !name.startsWith("_"))
    .sort();
  assertEquals(Object.keys(figures).sort(), drawn);
  assertEquals(committedSvgs(), drawn);
});
