import { Resvg } from "@resvg/resvg-js";
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { theme } from "@ctsurv/report/figures/_theme.ts";
import { attentionStrip, type AttentionStripOptions, sliceImage } from "@ctsurv/report/mod.ts";
import { sliceJpeg } from "@ctsurv/report/pictures/slice_image.ts";
import { readPixels } from "../read_pixels.ts";

/** Slices of one grey each, from black to white. */
function ramp(slices: number): AttentionStripOptions["stack"] {
  const size = 32;
  return {
    data: Float32Array.from({ length: slices * size ** 2 }, (_, i) => Math.floor(i / size ** 2) / slices),
    shape: [slices, size, size],
  };
}

function strip(weights: readonly number[], options: Partial<AttentionStripOptions> = {}) {
  return attentionStrip(weights, { patient: 'P <1> & "co"', stack: ramp(weights.length), ...options });
}

const flat = (slices: number) => new Array<number>(slices).fill(1 / slices);

/** What pictures are of, from the labels above them. */
function pictures(svg: string): number[] {
  assertEquals(svg.match(/<image /g)!.length, svg.match(/>slice \d+</g)!.length);
  return [...svg.matchAll(/>slice (\d+)</g)].map(([, slice]) => Number(slice));
}

Deno.test("attentionStrip() shows every slice where there is room, and one of each part of the axis where not", () => {
  for (const slices of [1, 3, 6, 8]) {
    assertEquals(pictures(strip(flat(slices)).svg), Array.from({ length: slices }, (_, slice) => slice));
  }
  // Of 16 slices each pair shows the one with more attention; of equal ones, the middle of the part.
  const weights = Array.from({ length: 16 }, (_, slice) => slice === 10 ? 0.2 : slice % 2 === 0 ? 1 : 0.5);
  assertEquals(pictures(strip(weights).svg), [0, 2, 4, 6, 8, 11, 12, 14]);
  assertEquals(pictures(strip(flat(24)).svg), [1, 4, 7, 10, 13, 16, 19, 22]);
});

Deno.test("attentionStrip() shows under each number the slice of that number", async () => {
  const { svg } = strip(flat(24));
  const addresses = [...svg.matchAll(/ href="data:image\/jpeg;base64,([^"]+)"/g)].map(([, base64]) => base64!);
  const greys = await Promise.all(
    addresses.map(async (base64) => (await readPixels(Uint8Array.fromBase64(base64))).data[0]!),
  );
  pictures(svg).forEach((slice, i) => assertAlmostEquals(greys[i]!, 255 * slice / 24, 2));
});

Deno.test("attentionStrip() frames the pictures with most attention, and marks those with tumour", () => {
  const { svg } = strip([0.1, 0.5, 0.1, 0.3], { tumours: [[1, 2]] });
  const left = (tag: string) => tag.match(/ x="([\d.]+)"/)![1];
  const tags = (name: string, ...attributes: readonly string[]) =>
    svg.match(new RegExp(`<${name} [^>]*>`, "g"))!.filter((tag) => attributes.every((text) => tag.includes(text)));
  const frames = tags("rect", 'fill="none"', 'stroke-width="3"').map(left);
  const images = tags("image").map(left);
  assertEquals(frames, [images[1]]);
  assertEquals(tags("rect", 'height="4"', theme.truth).map(left), images.slice(1, 3));
});

Deno.test("attentionStrip() draws bars as shares of all attention, whatever the weights add up to", () => {
  assertEquals(strip([1, 2, 1]).svg, strip([0.25, 0.5, 0.25]).svg);
  assertStringIncludes(
    strip([1, 2, 1], { tumours: [[1, 1]] }).description,
    "50 % of the attention on the 33 % of slices",
  );
});

Deno.test("attentionStrip() of 140 slices is a file of moderate size that another program draws", () => {
  const weights = Array.from({ length: 140 }, (_, slice) => 0.1 + Math.exp(-((slice - 62) ** 2) / 200));
  const { svg } = strip(weights, { tumours: [[50, 70]] });
  assert(!/NaN|undefined|null/.test(svg));
  assert(svg.length < 150_000, `${svg.length} characters`);
  assertMatch(svg, /P &lt;1&gt; &amp; &quot;co&quot;/);
  assertEquals(new Resvg(svg, { font: { loadSystemFonts: false } }).render().width, 680);
});

Deno.test("attentionStrip() refuses weights that are not those of the slices", () => {
  assertThrows(() => strip([]), InputError, "no slice was kept");
  assertThrows(() => strip([1, 1], { stack: ramp(3) }), InputError, "2 attention weights for 3 slices");
  assertThrows(() => strip([0, 0]), InputError, "adds up to 0");
  assertThrows(() => strip([1, 1], { tumours: [[1, 2]] }), InputError, "The tumour is on slices 1 to 2");
});

Deno.test("sliceJpeg() holds the slice at the width asked for, with its outline", async () => {
  const { data, shape } = ramp(3);
  const read = async (mask?: Uint8Array) => {
    const { address } = sliceJpeg({ data, shape }, 2, { width: 64, ...mask && { mask } });
    return await readPixels(Uint8Array.fromBase64(address.replace("data:image/jpeg;base64,", "")));
  };
  const plain = await read();
  assertEquals([plain.width, plain.height], [64, 64]);
  const [png] = (await readPixels(sliceImage({ data, shape }, 2).png)).data;
  assert(plain.data.every((value, i) => i % 4 === 3 || Math.abs(value - png!) <= 2));
  const outlined = await read(Uint8Array.from(data, (_, i) => i % 32 < 16 ? 1 : 0));
  assert(outlined.data.some((value, i) => i % 4 === 2 && value < 60), "the outline has hardly any blue");
});
