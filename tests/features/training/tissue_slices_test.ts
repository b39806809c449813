import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawPatient, phantomClaro, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import {
  CELLS,
  cellShares,
  cutCrops,
  drawTissueSlices,
  EVALUATION_SEED,
  preparePhantom,
  SEEDS,
  TISSUES,
  TRAINING_SEEDS,
} from "@ctsurv/features/training/_tissue_slices.ts";
import { EVALUATION_SEED as LUNGS_EVALUATION_SEED } from "@ctsurv/lungs/training/evaluate_lungs.ts";
import { profiles } from "@ctsurv/study/mod.ts";

/** A coarse phantom, in a tenth of the time. */
const coarse = { ...phantomLung1, matrix: 64 };
const phantom = await preparePhantom(coarse, EVALUATION_SEED, 1);

Deno.test("no cohort has a phantom that the backbone was trained or evaluated on, phantom-claro included", () => {
  // The seeds of cohorts: the default, and those that a user would take.
  const cohortSeeds = [42, 0, 1, 2, 3, 7, 43, 44, 45, 123, 2024, 2025, 2026];
  const { lung1, claro } = profiles.paper.phantomPatients;
  const cohorts = [[phantomLung1, lung1], [phantomClaro, claro]] as const;
  const known = new Set(
    cohortSeeds.flatMap((seed) =>
      cohorts.flatMap(([spec, patients]) =>
        Array.from({ length: patients }, (_, k) => drawPatient(spec, seed, k + 1).tumour.radius)
      )
    ),
  );
  assert(known.size > 5000);
  // More phantoms than a training of 2,000 steps takes.
  for (const seed of [TRAINING_SEEDS + 1, TRAINING_SEEDS + SEEDS - 1, EVALUATION_SEED]) {
    for (const spec of [phantomLung1, phantomClaro]) {
      const limit = [...Array(1000).keys()].map((k) => drawPatient(spec, seed, k + 1).tumour.radius);
      // The smallest and the largest radius are limits that many patients share.
      const drawn = limit.filter((radius) => radius > Math.min(...limit) && radius < Math.max(...limit));
      assert(drawn.length > 800);
      assertEquals(drawn.filter((radius) => known.has(radius)), []);
    }
  }
});

Deno.test("seeds of trainings, of their evaluation and of the lung U-Net lie apart, beyond those of cohorts", () => {
  const ranges = [
    [0, 1e9], // cohorts
    [1e9, 2e9], // the U-Net's training
    [LUNGS_EVALUATION_SEED, LUNGS_EVALUATION_SEED + 1],
    [TRAINING_SEEDS, TRAINING_SEEDS + SEEDS],
    [EVALUATION_SEED, EVALUATION_SEED + 1],
  ] as const;
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  sorted.slice(1).forEach(([from], i) => assert(from >= sorted[i]![1]));
});

Deno.test("cellShares() counts the pixels of a cell by their centres", () => {
  const size = 14;
  const labels = new Uint8Array(size * size).fill(1);
  labels.fill(2, 0, 1); // one of the 4 pixels of the first cell
  labels.fill(0, size * size - 2); // two of the 4 of the last
  const shares = cellShares(labels, size, { rows: [0, 13], columns: [0, 13] });
  assertEquals(shares.length, CELLS ** 2);
  assertEquals(shares[0], { lung: 0.75, tumour: 0.25 });
  assertEquals(shares[1], { lung: 1, tumour: 0 });
  assertEquals(shares.at(-1), { lung: 0.5, tumour: 0 });
  // A box that starts elsewhere, and whose rows are no multiple of the cells.
  const odd = cellShares(labels, size, { rows: [0, 9], columns: [0, 13] });
  assertEquals(odd[0], { lung: 0.5, tumour: 0.5 }); // its only row is the first
  assertEquals(odd.length, CELLS ** 2);
});

Deno.test("cutCrops() gives the tumour's area of the crop, and its density times that area", () => {
  const { scan, labels, patient } = phantom;
  const [, rows, columns] = scan.resampled.shape;
  const tumourAt = scan.kept.find((slice) =>
    labels.subarray(slice * rows * columns, (slice + 1) * rows * columns).includes(2)
  )!;
  const { truth, input, count } = cutCrops(phantom, [tumourAt, scan.first].map((slice) => ({ slice, box: scan.box })));
  assertEquals([count, input.length, truth.length], [2, 2 * 224 * 224, 2 * 49 * TISSUES.length]);
  let [tumour, pixels] = [0, 0];
  for (let row = scan.box.rows[0]; row <= scan.box.rows[1]; row++) {
    for (let column = scan.box.columns[0]; column <= scan.box.columns[1]; column++, pixels++) {
      if (labels[(tumourAt * rows + row) * columns + column] === 2) tumour++;
    }
  }
  const cells = [...Array(49).keys()].map((cell) => truth.subarray(cell * 4, cell * 4 + 4));
  const mean = (output: number) => cells.reduce((sum, cell) => sum + cell[output]! / 49, 0);
  assert(tumour > 0);
  // Cells differ by a row or a column of pixels.
  assertAlmostEquals(mean(0), tumour / pixels, 0.05 * tumour / pixels + 1e-4);
  const { density } = patient.tumour.deviations;
  cells.forEach((cell) => assertAlmostEquals(cell[3]!, cell[0]! * density, 1e-6));
  assertEquals(new Set(cells.map((cell) => cell[2])).size, 1);
  assertEquals(truth[49 * 4 + 2], 0, "the lowest kept slice has height 0");
});

Deno.test("preparePhantom() takes the lungs from the truth, or from a segmenter", async () => {
  const half = {
    name: "right half",
    segment: ({ hu, shape: [, , columns] }: { hu: { length: number }; shape: readonly number[] }) =>
      Promise.resolve(Uint8Array.from({ length: hu.length }, (_, i) => i % columns! < columns! / 2 ? 1 : 0)),
  };
  const segmented = await preparePhantom(coarse, EVALUATION_SEED, 1, half);
  assertEquals(segmented.scan.box.columns[0], 0);
  assert(phantom.scan.box.columns[0] > 0);
  assertEquals(segmented.labels, phantom.labels);
});

Deno.test("drawTissueSlices() is a function of seed and chunk, in the network's range", async () => {
  const [a, b, c] = [await drawTissueSlices(1, 0, 3), await drawTissueSlices(1, 0, 3), await drawTissueSlices(1, 1, 3)];
  assertEquals(a.input, b.input);
  assertEquals(a.truth, b.truth);
  assert(c.input.some((value, i) => value !== a.input[i]));
  assert(a.input.every((value) => value >= 0 && value <= 1));
  assert(a.truth.every(Number.isFinite));
});
