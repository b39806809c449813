import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  assessQuality,
  type Examination,
  examine,
  measureScan,
  preprocess,
  readVolume,
  type ScanMeasurements,
  thresholdLungs,
  type Volume,
} from "@ctsurv/imaging/mod.ts";
import { scanFlags } from "@ctsurv/imaging/quality/assess_quality.ts";
import { ctSlice, writeSlices } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";
import { crudeChest, testVolume } from "../../support/test_volume.ts";

async function measure(volume: Volume): Promise<ScanMeasurements> {
  const result = await preprocess(volume, { segmenter: thresholdLungs });
  return measureScan({ volume, warnings: [], source: { kind: "nifti", files: [] } }, result);
}

/** A part of a volume: first and past-the-end voxel of each axis. */
function cut({ hu, shape, spacing }: Volume, ranges: readonly (readonly [number, number])[]): Volume {
  const [z, y, x] = ranges as [readonly [number, number], readonly [number, number], readonly [number, number]];
  const part: number[] = [];
  for (let slice = z[0]; slice < z[1]; slice++) {
    for (let row = y[0]; row < y[1]; row++) {
      for (let column = x[0]; column < x[1]; column++) part.push(hu[(slice * shape[1] + row) * shape[2] + column]!);
    }
  }
  return testVolume(Int16Array.from(part), [z[1] - z[0], y[1] - y[0], x[1] - x[0]], spacing);
}

const chest = crudeChest();
const normal = await measure(chest);
/** A real scan, LUNG1-001. */
const real: ScanMeasurements = {
  ...normal,
  spacing: [3, 0.977, 0.977],
  huRange: [-1024, 3034],
  lungVolume: 4989,
  rightVolume: 2848,
  leftVolume: 2141,
  kept: 71,
};

Deno.test("measureScan() measures a chest of known sizes", () => {
  const { slices, spacing, kept, first, last, lungVolume, rightVolume, leftVolume, boxSize, bodyVolume } = normal;
  // Lungs from 30 to 90 mm of 120, each a cylinder of 50 mm radius; the left one holds the tumour, which is filled.
  assertEquals({ slices, spacing, kept, first, last }, {
    slices: 24,
    spacing: [5, 3, 3],
    kept: 20,
    first: 10,
    last: 29,
  });
  assertAlmostEquals(rightVolume, Math.PI * 5 * 5 * 6, 5);
  assertAlmostEquals(rightVolume, leftVolume, 5);
  assertAlmostEquals(rightVolume + leftVolume, lungVolume, 1e-6);
  assertAlmostEquals(boxSize[0], 100, 4);
  assertAlmostEquals(boxSize[1], 230, 4);
  assertAlmostEquals(bodyVolume / (Math.PI * 14.5 * 10 * 6), 1, 0.02);
  const { cutAtBase, cutAtApex, thinSlices, bodyAtEdge, oblique, gaps, huRange } = normal;
  assertEquals({ cutAtBase, cutAtApex, thinSlices, bodyAtEdge, oblique, gaps, huRange }, {
    cutAtBase: false,
    cutAtApex: false,
    thinSlices: 0,
    bodyAtEdge: 0,
    oblique: 0,
    gaps: null,
    huRange: [-1000, 40],
  });
  // The wall of the trachea, where voxels of 3 mm are half air.
  assert(normal.missedLung < 1, `${normal.missedLung} mL`);
  assertEquals(JSON.parse(JSON.stringify(normal)), normal);
});

Deno.test("measureScan() says the same of a scan in another voxel order, its letters aside", async () => {
  const { hu, shape: [slices, rows, columns], affine } = chest;
  // Slices fastest, then rows from back to front, then columns.
  const turned = new Int16Array(hu.length);
  for (let i = 0; i < hu.length; i++) {
    const [slice, row, column] = [Math.floor(i / rows / columns), Math.floor(i / columns) % rows, i % columns];
    turned[(column * rows + rows - 1 - row) * slices + slice] = hu[i]!;
  }
  const volume: Volume = {
    hu: turned,
    shape: [columns, rows, slices],
    spacing: [3, 3, 5],
    affine: [0, 0, affine[0], 0, 0, -3, 0, 3 * (rows - 1), 5, 0, 0, 0, 0, 0, 0, 1],
    orientation: "SAL",
  };
  assertEquals(await measure(volume), { ...normal, orientation: "SAL" });
});

Deno.test("measureScan() finds lungs that the scan cuts off, at the end where it does", async () => {
  const whole = [[0, 90], [0, 110]] as const;
  const base = await measure(cut(chest, [[9, 24], ...whole]));
  const apex = await measure(cut(chest, [[0, 15], ...whole]));
  assertEquals([base.cutAtBase, base.cutAtApex, apex.cutAtBase, apex.cutAtApex], [true, false, false, true]);
  assert(scanFlags(base).some((flag) => flag.includes("base is cut off")));
  assert(scanFlags(apex).some((flag) => flag.includes("apex is cut off")));
});

Deno.test("measureScan() finds a field of view that cuts the body, and takes the empty corners of a round one for its edge", async () => {
  // The body is 290 mm wide and 200 mm high; rows from 72 mm on take 37 mm off its front.
  const front = await measure(cut(chest, [[0, 24], [24, 90], [0, 110]]));
  const chord = 2 * 145 * Math.sqrt(1 - ((135 - 72) / 100) ** 2);
  assertAlmostEquals(front.bodyAtEdge, chord, 12);
  assertStringIncludes(scanFlags(front).join(), "field of view cuts the body");

  // All 200 mm of the body's height are inside the circle, 20 mm on either flank are not.
  const square = cut(chest, [[0, 24], [0, 90], [10, 100]]);
  const round = square.hu.map((value, i) => {
    const [x, y] = [(i % 90 - 44.5) * 3, (Math.floor(i / 90) % 90 - 44.5) * 3];
    return Math.hypot(x, y) > 123 ? -1024 : value;
  });
  const inCircle = await measure(cut({ ...square, hu: round }, [[0, 24], [4, 86], [4, 86]]));
  // The ellipse meets the circle at x = 98.9 mm, y = 73.1 mm.
  assertAlmostEquals(inCircle.bodyAtEdge, 4 * 123 * Math.atan2(73.1, 98.9), 30);
});

Deno.test("measureScan() tells right from left, and flags the lung that is not there", async () => {
  for (const [name, isGone] of [["left", (x: number) => x > 55], ["right", (x: number) => x < 55]] as const) {
    const hu = chest.hu.map((value, i) => value === -800 && isGone(i % 110) ? 40 : value);
    const measured = await measure(testVolume(hu, chest.shape, chest.spacing));
    assertAlmostEquals(measured[`${name}Volume`], 0, 1);
    assertStringIncludes(scanFlags(measured).join(), `no ${name} lung was found`);
  }
});

Deno.test("measureScan() finds lung that was not taken for lung", async () => {
  // A wall of tissue cuts the left lung in two; the part above it is the third largest region, and dropped.
  const hu = chest.hu.map((value, i) => Math.floor(i / 9900) === 13 && i % 110 > 55 && value === -800 ? 40 : value);
  const measured = await measure(testVolume(hu, chest.shape, chest.spacing));
  // A cylinder of 50 mm radius, 20 mm high, less what resampling blurs at either end.
  assertAlmostEquals(measured.missedLung, Math.PI * 5 * 5 * 1.5, 25);
  assertAlmostEquals(measured.rightVolume, normal.rightVolume, 1);
  assertStringIncludes(scanFlags(measured).join(), "mL as dense as lung was not taken for lung");
});

Deno.test("measureScan() divides lungs that touch at the midline", async () => {
  // A bridge of air, 9 mm high, in front of the heart; above the trachea it would be gas.
  const hu = chest.hu.map((value, i) => {
    const [slice, row, column] = [Math.floor(i / 9900), Math.floor(i / 110) % 90, i % 110];
    return slice >= 7 && slice < 11 && row > 40 && row < 44 && column > 40 && column < 70 ? -800 : value;
  });
  const { rightVolume, leftVolume, lungVolume } = await measure(testVolume(hu, chest.shape, chest.spacing));
  assert(lungVolume > normal.lungVolume);
  assertAlmostEquals(rightVolume, leftVolume, 0.01 * lungVolume);
});

Deno.test("measureScan() counts thin slices between others, and clipped pixels", async () => {
  const hu = chest.hu.map((value, i) => [11, 12].includes(Math.floor(i / 9900)) && value === -800 ? 40 : value);
  const measured = await measure(testVolume(hu, chest.shape, chest.spacing));
  assert(measured.thinSlices >= 2, `${measured.thinSlices}`);
  assertStringIncludes(scanFlags(measured).join(), "hardly any lung");

  const result = await preprocess(chest, { segmenter: thresholdLungs });
  const reading = { volume: chest, warnings: [], source: { kind: "nifti", files: [] } } as const;
  const slices = Float32Array.of(0, 0, 0.5, 1);
  assertEquals(measureScan(reading, { ...result, slices }).clipped, [0.5, 0.25]);
  assertEquals(measureScan(reading, result, { threshold: 0.9 }).thinSlices, 20);
});

Deno.test("scanFlags() finds nothing odd in a usual scan, and each oddity by itself", () => {
  assertEquals(scanFlags(real), []);
  const cases: [Partial<ScanMeasurements>, string][] = [
    [{ lungVolume: 1499 }, "small lungs: 1499 mL"],
    [{ lungVolume: 10_001 }, "large lungs"],
    [{ leftVolume: 940 }, "the left lung is 3.0 times smaller"],
    [{ rightVolume: 100 }, "no right lung"],
    [{ spacing: [5.1, 1, 1] }, "thick slices: 5.1 mm"],
    [{ spacing: [3, 2.1, 2.1] }, "coarse pixels: 2.1 mm"],
    [{ spacing: [3, 1, 0.9] }, "not square"],
    [{ oblique: 2.5 }, "leans by 2.5 degrees"],
    [{ huRange: [-899, 3000] }, "no air: the lowest value is -899 HU"],
    [{ huRange: [-1024, 299] }, "no bone"],
    [{ bodyAtEdge: 201 }, "field of view cuts the body: 201 mm"],
    [{ missedLung: 11 }, "a region of 11 mL as dense as lung was not taken for lung"],
    [{ thinSlices: 1 }, "1 slice with hardly any lung"],
  ];
  for (const [change, reason] of cases) {
    const flags = scanFlags({ ...real, ...change });
    assertEquals(flags.length, 1, reason);
    assertStringIncludes(flags[0]!, reason);
  }
  // At the limits nothing is odd.
  assertEquals(scanFlags({ ...real, lungVolume: 1500, spacing: [5, 2, 2], huRange: [-900, 300], oblique: 2 }), []);
});

Deno.test("assessQuality() gives a row to every patient in order, whatever the cohort", () => {
  const random = createRandom(1, "quality");
  for (let round = 0; round < 50; round++) {
    const examinations = Array.from({ length: random.integer(0, 12) }, (_, i): Examination => {
      if (random.uniform() < 0.2) return { patient: `P${i}`, refused: "cut off" };
      const kept = random.integer(20, 140);
      const fingerprint = `${random.integer(0, 9)}`;
      return { patient: `P${i}`, measured: { ...real, kept, fingerprint, cutAtBase: random.uniform() < 0.2 } };
    });
    const rows = assessQuality(examinations);
    assertEquals(rows.map(({ patient }) => patient), examinations.map(({ patient }) => patient));
    for (const [i, { patient, status, reasons, measured }] of rows.entries()) {
      const examination = examinations[i]!;
      assertEquals(status === "refused", "refused" in examination);
      assertEquals(measured === null, status === "refused");
      assertEquals(status === "ok", reasons.length === 0);
      const twins = rows.filter((other) =>
        other.patient !== patient && measured && other.measured?.fingerprint === measured.fingerprint
      );
      assertEquals(reasons.some((reason) => reason.startsWith("the same scan as")), twins.length > 0);
    }
    // The verdict on a patient does not depend on the order of the others.
    const byName = (list: ReturnType<typeof assessQuality>) =>
      list.map(({ patient, status }) => `${patient} ${status}`).sort();
    assertEquals(byName(assessQuality(examinations.toReversed())), byName(rows));
  }
});

Deno.test("assessQuality() flags slice counts far from the median, where there are enough to have one", () => {
  const cohort = (...counts: number[]) =>
    assessQuality(counts.map((kept, i) => ({
      patient: `P${i}`,
      measured: { ...real, kept, fingerprint: `${i}` },
    })));
  const statuses = (...counts: number[]) => cohort(...counts).map(({ status }) => status);
  assertEquals(statuses(70, 70, 70, 20), ["ok", "ok", "ok", "ok"]);
  assertEquals(statuses(70, 70, 70, 42, 112), ["ok", "ok", "ok", "ok", "ok"]);
  assertEquals(statuses(70, 70, 70, 41, 113), ["ok", "ok", "ok", "flagged", "flagged"]);
  assertStringIncludes(cohort(70, 70, 70, 41, 70)[3]!.reasons[0]!, "41 slices kept, where the cohort's median is 70");
});

Deno.test("readVolume() tells the scanner, the kernel and the gaps of a DICOM series", async () => {
  await inFolder(async (dir) => {
    const tags = {
      "00080070": ["LO", "SIEMENS"],
      "00081090": ["LO", "Biograph 40"],
      "00181210": ["SH", "B19f"],
    } as const;
    await writeSlices(dir, [ctSlice(3.06, tags), ctSlice(0, tags), ctSlice(6, tags)]);
    const { acquisition } = (await readVolume(dir)).source;
    const { gaps, ...rest } = acquisition!;
    assertEquals(rest, { manufacturer: "SIEMENS", model: "Biograph 40", kernel: "B19f" });
    assertAlmostEquals(gaps![0], 2.94, 1e-9);
    assertAlmostEquals(gaps![1], 3.06, 1e-9);
    assertEquals((await readVolume(`${dir}/0.dcm`)).source.acquisition!.gaps, undefined);
  });
});

Deno.test("two real scans of LUNG1 have nothing to be flagged for but lung that the threshold missed", async () => {
  for (const id of ["LUNG1-001", "LUNG1-003"]) {
    const path = sharedData(`lung1/NSCLC-Radiomics/${id}`);
    if (!path) return;
    const reading = await readVolume(path);
    const measured = measureScan(reading, await preprocess(reading.volume, { segmenter: thresholdLungs }));
    const flags = scanFlags(measured);
    // The threshold leaves out the right apex of LUNG1-001, which a tumour cuts off from the rest of the lung.
    assert(flags.every((flag) => id === "LUNG1-001" && flag.endsWith("was not taken for lung")), flags.join());
    // Right lungs are larger, by a fifth or so.
    const ratio = measured.rightVolume / measured.leftVolume;
    assert(ratio > 1.05 && ratio < 1.5, `${ratio}`);
  }
});

Deno.test("examine() turns a refusal into a reason, and lets defects through", async () => {
  assertEquals(await examine("P1", () => Promise.resolve(real)), { patient: "P1", measured: real });
  const refused = await examine("P1", () => Promise.reject(new InputError("cut off")));
  assertEquals(refused, { patient: "P1", refused: "cut off" });
  await assertRejects(() => examine("P1", () => Promise.reject(new TypeError("defect"))), TypeError, "defect");
});
