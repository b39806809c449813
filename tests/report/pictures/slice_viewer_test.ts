import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { jupyterDisplay } from "@ctsurv/report/displayable.ts";
import { sliceViewer } from "@ctsurv/report/mod.ts";
import { readPixels } from "../read_pixels.ts";
import { sampleStack } from "../samples.ts";

const { stack, mask } = sampleStack();
const options = { label: 'P <1> & "co"', spacing: 3 } as const;
const pictures = (html: string) =>
  [...html.matchAll(/src="data:image\/jpeg;base64,([^"]+)"/g)].map(([, data]) => data!);
const captions = (html: string) => [...html.matchAll(/<figcaption[^>]*>([^<]*)</g)].map(([, text]) => text!);

Deno.test("sliceViewer() shows the head first, and says of each slice where it is", () => {
  const { html } = sliceViewer(stack, options);
  assertEquals(captions(html).length, 20);
  assertEquals(captions(html)[0], "slice 19, 57 mm above slice 0");
  assertEquals(captions(html).at(-1), "slice 0, 0 mm above slice 0");
  assertStringIncludes(html, 'alt="P &lt;1&gt; &amp; &quot;co&quot;, slice 19, 57 mm above slice 0"');
  assertEquals(captions(sliceViewer(stack, { ...options, slices: [3, 5] }).html), [
    "slice 5, 15 mm above slice 0",
    "slice 3, 9 mm above slice 0",
  ]);
});

Deno.test("sliceViewer() needs no script and no style sheet, which untrusted notebooks drop", () => {
  const { html } = sliceViewer(stack, options);
  assert(!/<script|<style|\son\w+=|https?:/.test(html));
  const tags = new Set([...html.matchAll(/<(\w+)/g)].map(([, tag]) => tag));
  assertEquals(tags, new Set(["p", "div", "figure", "img", "figcaption"]));
  assertStringIncludes(html, "overflow-y: scroll");
});

Deno.test("sliceViewer() draws the outline, and only the part that is asked for", async () => {
  const { html } = sliceViewer(stack, { ...options, slices: [10], width: 100 });
  const read = async (html: string) => await readPixels(Uint8Array.fromBase64(pictures(html)[0]!));
  const whole = await read(html);
  assertEquals([whole.width, whole.height], [100, 80]);
  const outlined = sliceViewer(stack, { ...options, slices: [10], width: 100, mask }).html;
  assertNotEquals(pictures(outlined), pictures(html));
  // The ball's middle is bright all over, the whole slice is not.
  const crop = { rows: [26, 37], columns: [34, 45] } as const;
  const part = await read(sliceViewer(stack, { ...options, slices: [10], width: 100, crop }).html);
  const darkest = ({ data }: typeof part) => Math.min(...data.filter((_, i) => i % 4 === 0));
  assertEquals([part.width, part.height], [100, 100]);
  assert(darkest(part) > 100 && darkest(whole) < 80, `${darkest(part)} ${darkest(whole)}`);
});

Deno.test("sliceViewer() of a whole chest stays under 600 kB", () => {
  const shape = [140, 200, 300] as const;
  const random = createRandom(4, "noise");
  // Noise of 40 HU in a window of 1400, as on a scan of low dose.
  const data = Float32Array.from({ length: 140 * 200 * 300 }, (_, i) => 0.5 + i % 300 / 1000 + 0.03 * random.normal());
  const { html } = sliceViewer({ data, shape }, options);
  assertEquals(captions(html).length, 32);
  assert(html.length < 600_000, `${html.length}`);
});

Deno.test("sliceViewer() shows itself in Jupyter, in words too; one slice is enough, none is not", () => {
  const one = sliceViewer({ data: new Float32Array(16), shape: [1, 4, 4] }, options);
  const bundle = one[jupyterDisplay]();
  assertEquals(bundle["text/html"], one.html);
  assertEquals(bundle["text/plain"], 'P <1> & "co". 1 of 1 slices, 0 to 0');
  assertThrows(
    () => sliceViewer({ data: new Float32Array(0), shape: [0, 4, 4] }, options),
    InputError,
    "no slices to show",
  );
  assertThrows(() => sliceViewer(stack, { ...options, slices: [20] }), InputError, "no slice 20");
});
