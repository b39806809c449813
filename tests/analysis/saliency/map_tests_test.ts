import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  headRisk,
  mapSimilarity,
  type PointedPatient,
  pointingDifference,
  pointingGame,
  pointingShare,
  rankCorrelation,
  sliceOrder,
  sliceOrderTest,
} from "@ctsurv/analysis/mod.ts";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { engineUnderTest as engine } from "../../support/engine_under_test.ts";
import { CHANNELS, head, headShape } from "./small_networks.ts";

const SIZE = 28;

/** Four slices with a tumour of 4 x 4 pixels in the cell (1, 2) of 7 x 7 on two of them. */
function patient(points: (slice: number) => number): PointedPatient {
  const tumour = new Uint8Array(4 * SIZE ** 2);
  for (const slice of [1, 2]) {
    for (let row = 4; row < 8; row++) {
      tumour.fill(1, slice * SIZE ** 2 + row * SIZE + 8, slice * SIZE ** 2 + row * SIZE + 12);
    }
  }
  const data = new Float32Array(4 * 49);
  for (let slice = 0; slice < 4; slice++) data[slice * 49 + points(slice)] = 1;
  return { maps: { data, shape: [4, 7, 7] }, tumour, size: SIZE };
}

const inTumour = 7 + 2;

Deno.test("pointingShare() counts the slices with tumour whose maximum is in it, or within the tolerance", () => {
  const exact = { tolerance: 0 };
  assertEquals(pointingShare(patient(() => inTumour), exact), { slices: 2, hits: 1, chance: 1 / 49 });
  assertEquals(pointingShare(patient((slice) => slice === 1 ? inTumour : 0), exact)!.hits, 0.5);
  // The centre of the next cell is 2.55 px from that of the nearest pixel of tumour, that of a cell at a corner 3.54 px.
  assertEquals(pointingShare(patient(() => inTumour + 1), exact)!.hits, 0);
  assertEquals(pointingShare(patient(() => inTumour + 1), { tolerance: 2.6 }), { slices: 2, hits: 1, chance: 5 / 49 });
  assertEquals(pointingShare(patient(() => inTumour + 8), { tolerance: 3.6 })!.chance, 9 / 49);
  const flat = patient(() => 0);
  flat.maps.data.fill(0.5);
  assertEquals(pointingShare(flat, exact), { slices: 2, hits: 1 / 49, chance: 1 / 49 });
  const none = { ...flat, tumour: new Uint8Array(4 * SIZE ** 2) };
  assertEquals([pointingShare(none), pointingGame([null])], [null, null]);
  assertThrows(() => pointingShare({ ...flat, tumour: new Uint8Array(9) }), InputError, "9 pixels");
});

Deno.test("pointingGame() is near chance for maps that point anywhere, far above it for those that know, and compares both", () => {
  const random = createRandom(3, "points");
  const share = (points: () => number) => pointingShare(patient(points), { tolerance: 4 });
  const anywhere = Array.from({ length: 200 }, () => share(() => random.integer(0, 48)));
  const knowing = Array.from(
    { length: 200 },
    () => share(() => random.uniform() < 0.7 ? inTumour : random.integer(0, 48)),
  );
  const options = { replicates: 500 };
  const [blind, seeing] = [pointingGame([null, ...anywhere], options)!, pointingGame(knowing, options)!];
  assert(blind.excess.low < 0 && blind.excess.high > 0, JSON.stringify(blind));
  assert(seeing.excess.low > 0.4, JSON.stringify(seeing));
  assertEquals([seeing.patients, seeing.slices, seeing.chance], [200, 400, blind.chance]);
  const { difference } = pointingDifference(knowing, anywhere, options)!;
  assertAlmostEquals(difference.value, seeing.hits - blind.hits, 1e-12);
  assert(difference.low > 0.4);
  assertThrows(() => pointingDifference(knowing, anywhere.slice(1)), InputError, "200 and 199 patients");
  assertThrows(() => pointingDifference([knowing[0]!], [null]), InputError, "tumour elsewhere");
});

Deno.test("rankCorrelation() agrees with SciPy 1.17.1's spearmanr, ties included", () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  const b = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8];
  assertAlmostEquals(rankCorrelation(a, b)!, 0.13471506281091267, 1e-12);
  assertAlmostEquals(rankCorrelation(a, a.map((x) => -Math.exp(x)))!, -1, 1e-12);
  assertEquals(rankCorrelation(a, a.map(() => 1)), null);
  assertThrows(() => rankCorrelation(a, [1]), InputError);
});

Deno.test("mapSimilarity() is 1 for the same maps, around 0 for others, and sees maps of the opposite sign by their size", () => {
  const random = createRandom(1, "maps");
  const draw = () => Array.from({ length: 30 }, () => Array.from({ length: 49 }, () => random.normal()));
  const maps = draw();
  const options = { replicates: 200 };
  assertAlmostEquals(mapSimilarity(maps, maps, options)!.correlation.low, 1, 1e-12);
  const { correlation } = mapSimilarity(maps, draw(), options)!;
  assert(Math.abs(correlation.value) < 0.1 && correlation.high > correlation.value, JSON.stringify(correlation));
  const opposite = mapSimilarity(maps, maps.map((map) => map.map((x) => -x)), options)!;
  assertAlmostEquals(opposite.correlation.value, -1, 1e-12);
  assertAlmostEquals(opposite.absolute.value, 1, 1e-12);
  const flat = [maps[0]!.map(() => 0), ...maps.slice(1)];
  assertEquals(mapSimilarity(flat, maps, options)!.patients, 29);
});

Deno.test("sliceOrder() is what the risks without and with the first slices say, and sums up over patients", async () => {
  const heads = headRisk(engine, headShape);
  const features = Float32Array.from({ length: 3 * CHANNELS }, (_, i) => Math.cos(3 * i));
  const { attention } = await heads.gradients(head, { features, slices: 3 });
  const of = (...slices: number[]) => ({
    features: Float32Array.from(
      slices.flatMap((slice) => [...features.subarray(slice * CHANNELS, (slice + 1) * CHANNELS)]),
    ),
    slices: slices.length,
  });
  const [first, second, third] = [0, 1, 2].sort((a, b) => attention[b]! - attention[a]!) as [number, number, number];
  const sorted = (...slices: number[]) => slices.sort((a, b) => a - b);
  const risks = await heads.risks(head, [
    of(0, 1, 2),
    ...[[second, third], [third], [first], [first, second]].map((slices) => of(...sorted(...slices))),
  ]);
  const moved = (i: number) => Math.abs(risks[i]! - risks[0]!);
  const found = (await sliceOrder(heads, head, { id: "A", features, slices: 3, attention }, { orders: 4 }))!;
  assertAlmostEquals(found.deletion.attended, (moved(1) + moved(2)) / 2, 1e-6);
  assertAlmostEquals(found.insertion.attended, (moved(3) + moved(4)) / 2, 1e-6);
  assert(found.deletion.random > 0 && found.deletion.random !== found.deletion.attended);
  assertEquals(await sliceOrder(heads, head, { id: "B", ...of(1), attention: [1] }), null);

  const { patients, deletion, insertion } = sliceOrderTest([found, found], { replicates: 50 })!;
  assertEquals(patients, 2);
  assertAlmostEquals(deletion.difference.value, found.deletion.attended - found.deletion.random, 1e-12);
  assertAlmostEquals(insertion.difference.low, found.insertion.attended - found.insertion.random, 1e-12);
  assertEquals(sliceOrderTest([]), null);
  await heads.dispose();
});
