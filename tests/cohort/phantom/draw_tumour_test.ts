import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { lawPredictor, parsePhantomLaw, phantomLaws, phantomLung1, type PhantomTumour } from "@ctsurv/cohort/mod.ts";
import { drawTumour } from "@ctsurv/cohort/phantom/draw_tumour.ts";

const properties = ["volume", "density", "necrosis", "spiculation"] as const;
const random = createRandom(7, "tumours");
const tumours = Array.from({ length: 4000 }, () => drawTumour(random, phantomLung1));
const spread = (value: (tumour: PhantomTumour) => number) => {
  const sorted = tumours.map(value).sort((a, b) => a - b);
  return [0, 0.5, 1].map((share) => sorted[Math.min(sorted.length - 1, share * sorted.length)]!) as [
    number,
    number,
    number,
  ];
};

Deno.test("drawTumour() draws radii of 12 to 33 mm and the volume of that sphere", () => {
  const [least, median, most] = spread(({ radius }) => radius);
  assertAlmostEquals(least, 22 * Math.exp(-0.3 * 2.1), 1e-9);
  assertAlmostEquals(median, 22, 0.4);
  assertAlmostEquals(most, 22 * Math.exp(0.3 * 1.33), 1e-9);
  for (const { radius, volume } of tumours) assertAlmostEquals(volume, 4 / 3 * Math.PI * radius ** 3, 1e-6);
});

Deno.test("drawTumour() draws densities from ground glass to solid, necrosis up to 59 % and every margin", () => {
  for (
    const [value, least, median, most] of [
      [({ density }: PhantomTumour) => density, -437.4, -200, 37.4],
      [({ necrosis }: PhantomTumour) => necrosis, 0.0151, 0.3, 0.5849],
      [({ spiculation }: PhantomTumour) => spiculation, 0.0251, 0.5, 0.9749],
    ] as const
  ) {
    const found = spread(value);
    assertAlmostEquals(found[0], least, 1e-3 * (most - least));
    assertAlmostEquals(found[1], median, 0.03 * (most - least));
    assertAlmostEquals(found[2], most, 1e-3 * (most - least));
  }
});

Deno.test("drawTumour() draws size, density, necrosis and margin independently of each other", () => {
  const values = (property: typeof properties[number]) => tumours.map(({ deviations }) => deviations[property]);
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const covariance = (a: readonly number[], b: readonly number[]) =>
    mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b))));
  for (const one of properties) {
    for (const other of properties) {
      const [a, b] = [values(one), values(other)];
      const r = covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
      if (one !== other) assert(Math.abs(r) < 0.06, `${one} and ${other}: r = ${r}`);
    }
  }
});

Deno.test("lawPredictor() rises with every property of its law, and does not move with the others", () => {
  const depends = { tissue: ["density"] as string[], size: ["volume"], null: [] as string[] };
  for (const law of phantomLaws) {
    for (const { deviations } of tumours.slice(0, 50)) {
      for (const property of properties) {
        const moved = { ...deviations, [property]: deviations[property] + 0.5 };
        const rise = lawPredictor(law, { deviations: moved }) - lawPredictor(law, { deviations });
        if (depends[law].includes(property)) assert(rise > 0.15, `${law}: ${property}`);
        else assertEquals(rise, 0, `${law}: ${property}`);
      }
    }
  }
});

Deno.test("lawPredictor() is about standard normal over patients, and 0 under null", () => {
  for (const law of ["tissue", "size"] as const) {
    const predictors = tumours.map((tumour) => lawPredictor(law, tumour));
    const mean = predictors.reduce((sum, x) => sum + x, 0) / predictors.length;
    const variance = predictors.reduce((sum, x) => sum + (x - mean) ** 2, 0) / predictors.length;
    assertAlmostEquals(mean, 0, 0.1, law);
    assert(variance > 0.78 && variance < 1.05, `${law}: variance ${variance}`);
  }
  assert(tumours.every((tumour) => lawPredictor("null", tumour) === 0));
});

Deno.test("drawTumour() states the linear predictor of its recipe's law", () => {
  for (const law of phantomLaws) {
    const tumour = drawTumour(createRandom(1, "one"), { ...phantomLung1, law });
    assertEquals(tumour.linearPredictor, lawPredictor(law, tumour));
  }
});

Deno.test("parsePhantomLaw() names the laws there are", () => {
  assertEquals(parsePhantomLaw("size", "CTSURV_PHANTOM_LAW"), "size");
  assertThrows(
    () => parsePhantomLaw("volume", "CTSURV_PHANTOM_LAW"),
    InputError,
    'Unknown law "volume" (CTSURV_PHANTOM_LAW): choose one of tissue, size, null',
  );
});
