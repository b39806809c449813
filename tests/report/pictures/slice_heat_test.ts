import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { type SliceHeat, sliceImage, sliceMontage, sliceViewer } from "@ctsurv/report/mod.ts";
import { readPixels } from "../read_pixels.ts";

/** Two grey slices of 8 x 8; the second has a map of 2 x 2 that raises at its left and lowers at its right. */
const stack = { data: new Float32Array(128).fill(0.5), shape: [2, 8, 8] } as const;
const heat: SliceHeat = {
  data: Float32Array.of(0, 0, 0, 0, 2, -2, 2, -2),
  shape: [2, 2, 2],
  label: "log odds <by 24 months>",
};

async function pixels(slice: number, over: SliceHeat | undefined = heat) {
  const { data, width } = await readPixels(sliceImage(stack, slice, { scale: 4, ...over && { heat: over } }).png);
  return (row: number, column: number) => data.slice(4 * (row * width + column), 4 * (row * width + column) + 3);
}

Deno.test("heat is orange where it raises the risk, blue where it lowers it, and nothing where it is 0", async () => {
  const [none, some] = [await pixels(0), await pixels(1)];
  assertEquals(none(16, 2), [128, 128, 128]);
  const [[red, , blue], [coldRed, , coldBlue]] = [some(16, 2), some(16, 29)] as unknown as [number[], number[]];
  assert(red! > 180 && blue! < 60, `${red} ${blue}`);
  assert(coldRed! < 60 && coldBlue! > 150, `${coldRed} ${coldBlue}`);
  // Linear between the centres of the cells, so that nothing is drawn halfway.
  assert(some(16, 16).every((value) => Math.abs(value - 128) < 45));
  // The full colour is that of the limit.
  const weak = await pixels(1, { ...heat, limit: 200 });
  assert(weak(16, 2)[0]! - 128 < 20);
});

Deno.test("heat lies in its box only", async () => {
  const boxed = await pixels(1, { ...heat, box: { rows: [0, 3], columns: [0, 3] } });
  assert(boxed(8, 1)[0]! > 180);
  assertEquals(boxed(8, 17), [128, 128, 128]);
  assertEquals(boxed(17, 1), [128, 128, 128]);
  assertThrows(() => sliceImage(stack, 1, { heat: { ...heat, shape: [1, 2, 2] } }), InputError, "no map of slice 1");
});

Deno.test("sliceMontage() has the bar of colours below, on a light and on a dark ground", async () => {
  const options = { slices: [1], columns: 1, scale: 30 } as const;
  const plain = sliceMontage(stack, options);
  const light = sliceMontage(stack, { ...options, heat });
  const dark = sliceMontage(stack, { ...options, heat, appearance: "dark" });
  assertEquals([light.width, light.height - plain.height], [plain.width, 44]);
  const first = async ({ png }: typeof light) => (await readPixels(png)).data.slice(0, 3);
  assertEquals([await first(light), await first(dark)], [[255, 255, 255], [21, 24, 28]]);
  const { data } = await readPixels(light.png);
  const bar = (x: number) =>
    data.slice(4 * ((plain.height + 9) * light.width + x), 4 * ((plain.height + 9) * light.width + x) + 3);
  assert(bar(6)[2]! > 150 && bar(180)[0]! > 180, `${bar(6)} ${bar(180)}`);
});

Deno.test("sliceViewer() says below its slices what the colours mean, and of each what it is told to", () => {
  const caption = (slice: number) => `attention <${slice}>`;
  const { html } = sliceViewer(stack, { label: "P", spacing: 3, heat, caption });
  assertStringIncludes(html, "log odds &lt;by 24 months&gt;");
  assert(/<p>-2.0 (<span style="[^"]*"><\/span>){30} 2.0 /.test(html));
  assertStringIncludes(html, "slice 1, 3 mm above slice 0: attention &lt;1&gt;</figcaption>");
  const positive = { ...heat, data: heat.data.map((value) => Math.max(0, value)) };
  assertStringIncludes(sliceViewer(stack, { label: "P", spacing: 3, heat: positive }).html, "<p>0 <span");
});
