import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { paper } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { theme } from "@ctsurv/report/figures/_theme.ts";
import { costFigure } from "@ctsurv/report/mod.ts";
import { svgNumber, svgTags } from "../svg_tags.ts";

const cost = (model: string, macs: number) => ({ model, name: `${model} <&>`, macsPerPatient: macs });
const result = (model: string, value: number | null) => ({
  model,
  pooled: {
    value,
    interval: (value === null ? [null, null] : [value - 0.1, value + 0.1]) as [number | null, number | null],
  },
});
/** The dots of the computed series, without the legend's. */
const dots = (svg: string) =>
  svgTags(svg, "circle", 'r="5.5"').map((tag) => [svgNumber(tag, "cx"), svgNumber(tag, "cy")]);

Deno.test("costFigure() puts models on a logarithmic axis of cost, by their pooled concordance", () => {
  const { svg } = costFigure([cost("a", 1e9), cost("b", 1e10), cost("c", 1e11)], [
    result("c", 0.7),
    result("a", 0.6),
    result("b", 0.65),
  ]);
  const [a, b, c] = dots(svg) as [number[], number[], number[]];
  assertAlmostEquals(b[0]! - a[0]!, c[0]! - b[0]!, 0.5);
  assert(a[0]! < b[0]!);
  assertAlmostEquals(a[1]! - b[1]!, b[1]! - c[1]!, 0.5);
  assertStringIncludes(svg, "a &lt;&amp;&gt;");
  assert(!/NaN|undefined|null/.test(svg));
});

Deno.test("costFigure() marks what the paper reports as a series of its own", () => {
  const { svg, description } = costFigure([cost("efficientnet_b0", 2e9)], [result("efficientnet_b0", 0.6)]);
  const words = description.split("; ");
  assertEquals(words[0], "efficientnet_b0 <&>: 2.0 GMAC, Ctd 0.600 [0.500, 0.700], computed");
  assertEquals(words.length, 1 + Object.keys(paper.gflops).length);
  assertEquals(words[1], "efficientnet_b0 <&>: 54.3 GFLOP, Ctd 0.584 [0.530, 0.638], reported");
  assertEquals(words[2], "ResNet3D-18: 2924.6 GFLOP, Ctd 0.507 [0.433, 0.581], reported");
  // A label each, in the series' colour.
  assertEquals(svgTags(svg, "text", `fill="${theme.reported}"`).length, 2);
  assertEquals(svgTags(svg, "text", `fill="${theme.ours}"`).length, 1);
});

Deno.test("costFigure() keeps labels of neighbours apart", () => {
  const models = Array.from({ length: 5 }, (_, i) => `model-${i}`);
  const { svg } = costFigure(models.map((model) => cost(model, 1e10)), models.map((model) => result(model, 0.6)));
  const lines = svgTags(svg, "text", `fill="${theme.ours}"`).map((tag) => svgNumber(tag, "y")).sort((a, b) => a - b);
  assertEquals(lines.length, 5);
  lines.slice(1).forEach((y, i) => assert(y - lines[i]! >= 13.9, lines.join()));
});

Deno.test("costFigure() leaves out models without a cost or a concordance, and refuses to draw none", () => {
  const { svg } = costFigure([cost("a", 1e9), cost("b", 1e9)], [result("a", 0.6), result("b", null), result("c", 0.6)]);
  assertEquals(dots(svg).length, 1);
  assertThrows(() => costFigure([cost("a", 1e9)], [result("b", 0.6)]), InputError, "nothing to draw");
});
