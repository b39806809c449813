import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { takeView, viewFor } from "@ctsurv/features/mod.ts";
import { efficientNetB0, resNet3d18 } from "@ctsurv/nn/mod.ts";
import { profiles } from "@ctsurv/study/mod.ts";

/** Slices of 2 x 2 pixels, all of the slice's own number. */
function patient(kept: number) {
  return { slices: Float32Array.from({ length: 4 * kept }, (_, i) => i >> 2), key: "key", size: 2 };
}
const numbers = (slices: Float32Array) => [...slices].filter((_, i) => i % 4 === 0);

Deno.test("viewFor() shows a 2D backbone slices at its size, a 3D one the profile's volume", () => {
  assertEquals(viewFor(efficientNetB0, profiles.workshop), { kind: "slice", slices: 5, size: 224 });
  assertEquals(viewFor(resNet3d18, profiles.workshop), { kind: "volume", slices: 16, size: 112 });
  assertEquals(viewFor(efficientNetB0, profiles.paper).slices, "all");
  assertEquals(viewFor(resNet3d18, profiles.paper), { kind: "volume", slices: "all", size: 224 });
});

Deno.test("takeView() takes the middle slice of each of as many equal parts", () => {
  const view = { kind: "slice", size: 2 } as const;
  const seen = (kept: number, slices: number | "all") => takeView(patient(kept), { ...view, slices });
  assertEquals(seen(60, 6).seen, [5, 15, 25, 35, 45, 55]);
  assertEquals(numbers(seen(60, 6).slices), [5, 15, 25, 35, 45, 55]);
  assertEquals(seen(7, 3).seen, [1, 3, 5]);
  assertEquals(seen(9, 1).seen, [4]);
  for (const kept of [6, 7, 11, 13, 61, 140]) {
    const { seen: chosen, count } = seen(kept, 6);
    assertEquals([new Set(chosen).size, count], [6, 6]);
    // As far from the feet as from the head, to within a slice.
    assert(Math.abs(chosen[0]! - (kept - 1 - chosen[5]!)) <= 1, `${kept}: ${chosen}`);
  }
});

Deno.test("takeView() makes no slices of fewer, and leaves all as they are", () => {
  const all = takeView(patient(4), { kind: "slice", slices: "all", size: 2 });
  const { slices, key } = patient(4);
  assertEquals(all, { slices, key, count: 4, seen: [0, 1, 2, 3] });
  assertEquals(takeView(patient(4), { kind: "slice", slices: 6, size: 2 }), all);
});

Deno.test("takeView() averages a volume to the slices asked for, more or fewer, as one image", () => {
  const volume = (kept: number, slices: number | "all", size = 2) =>
    takeView(patient(kept), { kind: "volume", slices, size });
  assertEquals(numbers(volume(6, 3).slices), [0.5, 2.5, 4.5]);
  assertEquals(numbers(volume(2, 4).slices), [0, 0, 1, 1]);
  assertEquals(volume(6, 3).count, 1);
  assertEquals(volume(5, "all").slices, patient(5).slices);
  assertEquals(volume(6, 3, 1).slices, Float32Array.of(0.5, 2.5, 4.5));
  numbers(volume(5, 2).slices).forEach((value, i) => assertAlmostEquals(value, [0.8, 3.2][i]!, 1e-6));
});

Deno.test("takeView() names every view of a patient differently", () => {
  const names = [
    { kind: "slice", slices: "all", size: 2 },
    { kind: "slice", slices: 3, size: 2 },
    { kind: "slice", slices: 4, size: 2 },
    { kind: "volume", slices: "all", size: 2 },
    { kind: "volume", slices: 3, size: 2 },
    { kind: "volume", slices: 3, size: 1 },
  ] as const;
  assertEquals(new Set(names.map((view) => takeView(patient(9), view).key)).size, names.length);
});
