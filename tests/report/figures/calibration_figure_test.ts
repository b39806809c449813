import { Resvg } from "@resvg/resvg-js";
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { theme } from "@ctsurv/report/figures/_theme.ts";
import { calibrationFigure, formatNumber } from "@ctsurv/report/mod.ts";
import { calibrationCurve, calibrationIndex, type SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { svgNumber, svgTags } from "../svg_tags.ts";

/** Patients whose hazard is known; predictions claim it to be `factor` times as high. */
function cohort(patients: number, factor: number): SurvivalPredictions {
  const random = createRandom(5, "calibration");
  const times = [0, 6, 12, 18, 24];
  const hazards = Array.from({ length: patients }, () => random.between(0.01, 0.1));
  const months = hazards.map((hazard) => -Math.log(random.between(0, 1)) / hazard);
  return {
    times,
    survival: hazards.map((hazard) => times.map((t) => Math.exp(-factor * hazard * t))),
    months: months.map((t) => Math.min(t, 24)),
    event: months.map((t) => t < 24 ? 1 : 0),
  };
}

Deno.test("calibrationFigure() puts each group where prediction and Kaplan-Meier do", () => {
  const predictions = cohort(200, 1);
  const { svg, description } = calibrationFigure(predictions, 24, { groups: 4 });
  const { groups } = calibrationCurve(predictions, 24, { groups: 4 });
  const dots = svgTags(svg, "circle").slice(1);
  assertEquals(dots.length, 4);
  // Three points of a linear scale fix it; the fourth must agree.
  const fit = (attribute: string, value: (i: number) => number) => {
    const [a, b] = [svgNumber(dots[0]!, attribute), svgNumber(dots[3]!, attribute)];
    const slope = (b - a) / (value(3) - value(0));
    for (const i of [1, 2]) assertAlmostEquals(a + slope * (value(i) - value(0)), svgNumber(dots[i]!, attribute), 0.5);
  };
  fit("cx", (i) => groups[i]!.predicted);
  fit("cy", (i) => groups[i]!.observed!);
  const { ici } = calibrationIndex(predictions, 24)!;
  assertStringIncludes(svg, `Calibration at 24 months, ICI ${formatNumber(ici, 3)}`);
  for (const { patients, predicted, observed } of groups) {
    assertStringIncludes(
      description,
      `${patients} patients: predicted ${formatNumber(predicted, 2)}, observed ${formatNumber(observed, 2)}`,
    );
  }
});

Deno.test("calibrationFigure() tells predictions that are right from those that are too low", () => {
  const ici = (factor: number) =>
    Number(calibrationFigure(cohort(300, factor), 24).description.match(/index ([\d.]+)/)![1]);
  assert(ici(1) < 0.06, `${ici(1)}`);
  assert(ici(3) > 0.15, `${ici(3)}`);
});

Deno.test("calibrationFigure() spreads predictions that hardly differ over an axis of their own, and says so", () => {
  const { survival, ...outcomes } = cohort(100, 1);
  const flat = { ...outcomes, survival: survival.map((curve) => Array.from(curve, (s) => .3 + s / 20)) };
  const { svg } = calibrationFigure(flat, 24, { groups: 3 });
  assertStringIncludes(svg, "predicted survival, from 0.30 to 0.35 only");
  const at = svgTags(svg, "circle").slice(1).map((dot) => svgNumber(dot, "cx"));
  assert(at[2]! - at[0]! > 150, `${at}`);
  assert(!calibrationFigure({ ...outcomes, survival }, 24).svg.includes("only"));
  const same = { times: [24], survival: [[.4], [.4]], months: [3, 24], event: [1, 0] };
  assertStringIncludes(calibrationFigure(same, 24).svg, "from 0.39 to 0.41 only");
});

Deno.test("calibrationFigure() draws what there is: one patient, one prediction, no deaths, follow-up too short", () => {
  const one = { times: [0, 24], survival: [[1, 0.4]], months: [24], event: [0] };
  const same = { times: [0, 24], survival: [[1, 0.4], [1, 0.4], [1, 0.4]], months: [3, 9, 24], event: [1, 1, 0] };
  const early = { ...same, months: [3, 9, 10], event: [1, 0, 0] };
  for (const predictions of [one, same, early]) {
    const { svg, description } = calibrationFigure(predictions, 24);
    assert(!/NaN|undefined|null/.test(svg), svg);
    assertStringIncludes(description, "no integrated calibration index");
    assert(!svg.includes("ICI") && !svg.includes(theme.colours[2]));
    assertEquals(new Resvg(svg, { font: { loadSystemFonts: false } }).render().width, 520);
  }
  assertEquals(svgTags(calibrationFigure(one, 24).svg, "circle").length, 2);
  // Whom nobody followed to 24 months has a prediction, but no dot: only the legend's is left.
  assertEquals(svgTags(calibrationFigure(early, 24).svg, "circle").length, 1);
  assertStringIncludes(calibrationFigure(early, 24).description, "observed –");
});

Deno.test("calibrationFigure() refuses no patients, and a time that was not predicted", () => {
  const nobody = { times: [0, 24], survival: [], months: [], event: [] };
  assertThrows(() => calibrationFigure(nobody, 24), InputError, "at least one patient");
  assertThrows(() => calibrationFigure(cohort(10, 1), 36), InputError, "not at 36");
});
