import { Resvg } from "@resvg/resvg-js";
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { theme } from "@ctsurv/report/figures/_theme.ts";
import { kaplanMeierFigure, type SurvivalGroup } from "@ctsurv/report/mod.ts";
import { atRisk, kaplanMeier } from "@ctsurv/survival/mod.ts";
import { svgGroups, svgTags } from "../svg_tags.ts";

/** Freireich's leukaemia patients, weeks taken for months: 6-MP and placebo (Cox 1972). */
const treated: SurvivalGroup = {
  label: "6-MP",
  months: [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
  event: [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
};
const placebo: SurvivalGroup = {
  label: 'placebo <&">',
  months: [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
  event: new Array(21).fill(1),
};

/** Corners of the curve in a colour. */
function line(svg: string, colour: string): [number, number][] {
  const [inside] = svgGroups(svg, `stroke="${colour}"`, 'aria-label="line"');
  const path = inside!.match(/ d="M([^"]+)"/)![1]!;
  return path.split("L").map((point) => point.split(",").map(Number) as [number, number]);
}

/** Texts below the axis, row by row. */
function tableRows(svg: string): string[][] {
  return [52, 70, 88].map((y) =>
    [-16, 0].flatMap((x) => svgGroups(svg, `translate(${x},${y})`))
      .flatMap((inside) => [...inside.matchAll(/>([^<]+)<\/text>/g)].map(([, text]) => text!))
  );
}

Deno.test("kaplanMeierFigure() agrees with the published analysis of Freireich's patients", () => {
  const { description, svg } = kaplanMeierFigure([treated, placebo]);
  // As in R's survdiff(Surv(time, cens) ~ treat, gehan), and survfit with conf.type = "log-log".
  assertStringIncludes(description, "log-rank chi-square 16.79 on 1 df, p < 0.001");
  assertStringIncludes(description, "6-MP: 21 patients, 9 of them died, S(24 months) = 0.45 [0.19, 0.68]");
  assertStringIncludes(description, "21 of them died, S(24 months) = 0.00 [–, –]");
  assertStringIncludes(svg, "Kaplan-Meier, log-rank p &lt; 0.001");
  assertStringIncludes(svg, "placebo &lt;&amp;&quot;&gt;");
});

Deno.test("kaplanMeierFigure() draws each corner of the curve where time and survival put it", () => {
  const { svg } = kaplanMeierFigure([placebo]);
  const points = line(svg, theme.colours[0]);
  const [left, top] = points[0]!;
  const curve = kaplanMeier(placebo);
  // The last death is at 23 months, where survival is 0: the axis gives the scale.
  const scale = { x: (points.at(-1)![0] - left) / 23, y: points.at(-1)![1] - top };
  const corners = Array.from(curve.times).flatMap((time, k) => [
    [time, k === 0 ? 1 : curve.survival[k - 1]!],
    [time, curve.survival[k]!],
  ]);
  assertEquals(points.length, corners.length + 1);
  corners.forEach(([time, survival], i) => {
    assertAlmostEquals((points[i + 1]![0] - left) / scale.x, time!, 0.01);
    assertAlmostEquals(1 - (points[i + 1]![1] - top) / scale.y, survival!, 0.001);
  });
});

Deno.test("kaplanMeierFigure() counts under the axis who is at risk, at its ticks", () => {
  const { svg } = kaplanMeierFigure([treated, placebo]);
  const ticks = [0, 6, 12, 18, 24];
  assertEquals(tableRows(svg), [
    ["At risk"],
    ["6-MP", ...atRisk(treated, ticks).map(String)],
    ['placebo &lt;&amp;"&gt;', ...atRisk(placebo, ticks).map(String)],
  ]);
  assertEquals(atRisk(treated, ticks), [21, 21, 12, 9, 5]);
});

Deno.test("kaplanMeierFigure() ticks each time at which follow-up ended, and nothing beyond the axis", () => {
  const ticks = (group: SurvivalGroup, until: number) =>
    svgGroups(kaplanMeierFigure([group], { until }).svg, 'aria-label="link"')
      .reduce((count, inside) => count + svgTags(inside, "path").length, 0);
  // Two were lost at 32 months, and one at 10 when another died.
  assertEquals([24, 32, 36].map((until) => ticks(treated, until)), [7, 9, 11]);
  assertEquals(ticks(placebo, 24), 0);
});

Deno.test("kaplanMeierFigure() draws one patient, nobody who died, and everybody dead", () => {
  for (
    const groups of [
      [{ label: "one", months: [3], event: [0] }],
      [{ label: "one", months: [3], event: [1] }],
      [{ label: "none died", months: [24, 24, 30], event: [0, 0, 0] }, { label: "other", months: [24], event: [0] }],
      [{ label: "at once", months: [0, 0], event: [1, 1] }, { label: "other", months: [9], event: [0] }],
    ]
  ) {
    const { svg } = kaplanMeierFigure(groups);
    assert(!/NaN|(?<!p )undefined|null/.test(svg), svg);
    assertEquals(new Resvg(svg, { font: { loadSystemFonts: false } }).render().width, 680);
  }
  const nobody = [{ label: "a", months: [24], event: [0] }, { label: "b", months: [24], event: [0] }];
  assertMatch(kaplanMeierFigure(nobody).description, /log-rank chi-square – on 0 df, p = –$/);
  // Nobody was followed to 24 months: what survival is there is not known.
  assertStringIncludes(
    kaplanMeierFigure([{ label: "one", months: [3], event: [0] }]).description,
    "S(24 months) = – [–, –]",
  );
});

Deno.test("kaplanMeierFigure() refuses groups without patients", () => {
  assertThrows(() => kaplanMeierFigure([]), InputError, "at least one group");
  assertThrows(() => kaplanMeierFigure([treated, { label: "b", months: [], event: [] }]), InputError, 'Group "b"');
  assertThrows(() => kaplanMeierFigure([{ label: "b", months: [1], event: [2] }]), InputError, "event is 2");
});
