import { Resvg } from "@resvg/resvg-js";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { InputError } from "@ctsurv/base/mod.ts";
import { jupyterDisplay } from "@ctsurv/report/displayable.ts";
import { attentionFigure, foldFigure, histogram, lossCurve, sliceImage, sliceMontage } from "@ctsurv/report/mod.ts";
import { readPixels } from "../read_pixels.ts";
import { sampleFigures, sampleResult, sampleStack } from "../samples.ts";

Deno.test("every figure is a standalone SVG that another program can draw, and the same each time", () => {
  const again = sampleFigures();
  for (const [name, figure] of Object.entries(sampleFigures())) {
    assertMatch(figure.svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/, name);
    assertEquals(figure.svg, again[name]!.svg, name);
    assert(!/NaN|undefined|null/.test(figure.svg), name);
    const drawn = new Resvg(figure.svg, { font: { loadSystemFonts: false } }).render();
    assertEquals(drawn.width, 680, name);
    // A figure that is all ground would be one colour.
    assert(new Set(new Uint32Array(new Uint8Array(drawn.pixels).buffer)).size > 10, name);
  }
});

Deno.test("a figure shows itself in Jupyter with its words as text, and saves the same SVG", async () => {
  const figure = sampleFigures().attention!;
  const bundle = figure[jupyterDisplay]();
  assertEquals(bundle["image/svg+xml"], figure.svg);
  assertStringIncludes(bundle["text/plain"]!, "25 slices, most on slice 9");
  const path = await Deno.makeTempFile({ suffix: ".svg" });
  await figure.save(path);
  assertEquals(await Deno.readTextFile(path), figure.svg + "\n");
  await Deno.remove(path);
});

Deno.test("a figure escapes what people name their patients", () => {
  assertStringIncludes(sampleFigures().attention!.svg, "phantom &lt;007&gt; &amp; co");
});

Deno.test("foldFigure() draws one dot per fold that has a concordance, and the paper only where it reports", () => {
  const { models } = sampleResult();
  const circles = (svg: string) => svg.match(/<circle/g)!.length;
  const one = foldFigure(models.slice(0, 1)).svg;
  const noPaper = foldFigure(models.slice(2)).svg;
  // Nine folds of ten, the mean, and two in the legend; with the paper one more, and one in the legend.
  assertEquals([circles(noPaper), circles(one)], [12, 14]);
  assertStringIncludes(one, "± 1 SD of its folds (reported)");
  assert(!noPaper.includes("reported"));
});

Deno.test("foldFigure() draws Ctd within folds, and says so where it has only the pooled", () => {
  const { models } = sampleResult();
  const [since, before] = [foldFigure(models.slice(0, 1)), foldFigure(models.slice(1, 2))];
  assertStringIncludes(since.description, "Ctd within folds 0.640 [0.570, 0.710], mean Ctd");
  assertStringIncludes(since.svg, "within folds, 95 % interval");
  assertStringIncludes(before.svg, "pooled, 95 % interval");
});

Deno.test("lossCurve() draws the loss of one curve for everybody", () => {
  const { svg, description } = lossCurve([{ name: "loss", values: [2.4, 2.1] }], { constantLoss: 1.85 });
  assertStringIncludes(description, "loss: 2.400 to 2.100 in 2 epochs; one curve for everybody: 1.850");
  assertStringIncludes(svg, "one curve for everybody");
});

Deno.test("histogram() counts every value and marks the median of an even number between the middle two", () => {
  assertStringIncludes(
    histogram([1, 2, 3, 10], { heading: "h", label: "slices" }).description,
    "4 patients, median 2.5, range 1 to 10",
  );
  assertStringIncludes(histogram([], { heading: "h", label: "slices" }).description, "0 patients, median –");
});

Deno.test("attentionFigure() scores attention against the tumour's slices, and refuses a patient without slices", () => {
  const { description } = attentionFigure([0.1, 0.4, 0.4, 0.1], { patient: "p", tumours: [[1, 2]] });
  assertStringIncludes(description, "80 % of the attention on the 50 % of slices that hold tumour");
  assertThrows(() => attentionFigure([], { patient: "p" }), InputError, "no slice was kept");
});

Deno.test("sliceImage() maps 0 to black and 1 to white, and draws the outline where the mask ends", async () => {
  const data = Float32Array.from([0, 1, 0.5, -3, 7, NaN]);
  const picture = sliceImage({ data, shape: [1, 2, 3] }, 0);
  const { data: pixels } = await readPixels(picture.png);
  assertEquals(pixels.filter((_, i) => i % 4 === 0), [0, 255, 128, 0, 255, 0]);
  const { stack, mask, box } = sampleStack();
  assert(!Buffer.from(sliceImage(stack, 10).png).equals(sliceImage(stack, 10, { mask }).png));
  assert(!Buffer.from(sliceImage(stack, 10).png).equals(sliceImage(stack, 10, { box }).png));
  // Slice 0 holds nothing of the ball.
  assert(Buffer.from(sliceImage(stack, 0).png).equals(sliceImage(stack, 0, { mask }).png));
});

Deno.test("sliceImage() names a slice that is not there, and shapes that do not fit", () => {
  const { stack } = sampleStack();
  assertThrows(() => sliceImage(stack, 20), InputError, "no slice 20: the stack has 20");
  assertThrows(() => sliceImage(stack, 0, { mask: [1] }), InputError, "a mask of 1");
});

Deno.test("sliceMontage() lays slices out in rows, the first and the last among them", () => {
  const { stack } = sampleStack();
  const { width, height } = sliceMontage(stack);
  assertEquals([width, height], [6 * 84 + 4, 2 * 84 + 4]);
  const seen: number[] = [];
  sliceMontage(stack, { caption: (slice) => `${seen.push(slice)}` });
  assertEquals([seen[0], seen.at(-1), seen.length], [0, 19, 12]);
});
