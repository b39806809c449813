import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { parseCsv } from "@ctsurv/cohort/table/mod.ts";
import { assessQuality, measureScan, preprocess, type QualityRow, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { contactSheet, qualityCsv, qualityTable } from "@ctsurv/report/mod.ts";
import { scanView } from "@ctsurv/report/pictures/_scan_view.ts";
import { sheetColours, sheetText } from "@ctsurv/report/pictures/contact_sheet.ts";
import { crudeChest, testVolume } from "../../support/test_volume.ts";
import { readPixels } from "../read_pixels.ts";

const chest = crudeChest();
const scan = await preprocess(chest, { segmenter: thresholdLungs });
const reading = { volume: chest, warnings: [], source: { kind: "nifti", files: [] } } as const;
const [quality] = assessQuality([{ patient: "P1", measured: measureScan(reading, scan) }]) as [QualityRow];
const refused: QualityRow = {
  patient: "P2",
  status: "refused",
  reasons: ["two series:\n  1.2\n  1.3"],
  measured: null,
};

/** How many pixels of a picture have this colour, give or take what blending changes. */
async function count(png: Uint8Array, colour: string): Promise<number> {
  const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  const { data } = await readPixels(png);
  let found = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (wanted.every((value, channel) => Math.abs(value - data[i + channel]!) < 25)) found++;
  }
  return found;
}

Deno.test("contactSheet() outlines lungs, and the tumour where it is known, in the same bytes each time", async () => {
  const plain = contactSheet(scan, { quality });
  assertEquals(plain.png, contactSheet(scan, { quality }).png);
  assertEquals(plain.width, 900);
  assert(await count(plain.png, sheetColours.lungs) > 2000);
  assertEquals(await count(plain.png, sheetColours.tumour), 0);
  const tumour = Uint8Array.from(scan.resampled.hu, (hu, i) => hu > 0 && scan.lungs[i] ? 1 : 0);
  const known = contactSheet(scan, { quality, tumour });
  assert(await count(known.png, sheetColours.tumour) > 100);
  // The planes are the same, so only text and outlines may differ in size.
  assertEquals(known.width, plain.width);
});

Deno.test("contactSheet() draws a scan of a single kept slice", () => {
  const middle = scan.kept[10]!;
  const { width, height } = contactSheet({ ...scan, kept: [middle], first: middle, last: middle }, { quality });
  assert(width === 900 && height > 300);
});

Deno.test("scanView() shows the patient as radiologists do: right at the left, front at the left, head up", () => {
  // Voxel value: 100 slice + 10 row + column.
  const hu = Int16Array.from({ length: 60 }, (_, i) => 100 * Math.floor(i / 20) + 10 * (Math.floor(i / 5) % 4) + i % 5);
  const volume = testVolume(hu, [3, 4, 5], [3, 2, 1]);
  const look = { region: { slices: [0, 2], rows: [1, 3], columns: [1, 4] }, window: [0, 1000] } as const;
  const values = (direction: "axial" | "coronal" | "sagittal", index: number) => {
    const { grey, rows, columns, pixel, voxel } = scanView(volume, direction, index, look);
    const shown = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        assertAlmostEquals(grey[row * columns + column]!, hu[voxel(row, column)]! / 1000, 1e-6);
        return hu[voxel(row, column)]!;
      }));
    return { shown, pixel };
  };
  assertEquals(values("axial", 2), {
    shown: [[211, 212, 213, 214], [221, 222, 223, 224], [231, 232, 233, 234]],
    pixel: { x: 1, y: 2 },
  });
  assertEquals(values("coronal", 3), {
    shown: [[231, 232, 233, 234], [131, 132, 133, 134], [31, 32, 33, 34]],
    pixel: { x: 1, y: 3 },
  });
  assertEquals(values("sagittal", 4), {
    shown: [[214, 224, 234], [114, 124, 134], [14, 24, 34]],
    pixel: { x: 2, y: 3 },
  });
  const { rowOf } = scanView(volume, "coronal", 0, { ...look, region: { ...look.region, slices: [1, 2] } });
  assertEquals([rowOf(2), rowOf(1)], [0, 1]);
});

Deno.test("a sheet's text names patient, findings and colours, in lines that fit", () => {
  const long = "the field of view cuts the body: 250 mm of outline on its edge";
  const lines = sheetText({ ...quality, status: "flagged", reasons: [long] }, { hasTumour: true, width: 200 })
    .map(({ text }) => text);
  assertEquals(lines[0], "P1");
  assert(lines.join(" ").includes("24 slices of 5.00 × 3.00 × 3.00 mm"), lines.join("\n"));
  assert(lines.includes("tumour, as known"));
  const start = lines.findIndex((line) => line.startsWith("•"));
  assertEquals(lines.slice(start, lines.indexOf("", start)).join(" "), `• ${long}`);
  assert(!lines.includes(`• ${long}`));
  const ok = sheetText({ ...quality, status: "ok", reasons: [] }, { hasTumour: false, width: 400 })
    .map(({ text }) => text);
  assert(ok.includes("Nothing flagged") && !ok.includes("tumour, as known"));
});

Deno.test("qualityTable() begins with those to look at; qualityCsv() keeps the order and a line per patient", () => {
  const flagged: QualityRow = { ...quality, patient: "P3", status: "flagged", reasons: ["a", "b, c"] };
  const rows = [{ ...quality, status: "ok", reasons: [] } as const, flagged, refused];
  const patients = qualityTable(rows).text.split("\n").slice(1).map((line) => line.split(" ")[0]);
  assertEquals(patients, ["P2", "P3", "P1"]);
  const csv = parseCsv(qualityCsv(rows), "quality.csv");
  const cell = (row: number, name: string) => csv.rows[row]!.cells[csv.header.indexOf(name)];
  assertEquals([0, 1, 2].map((row) => cell(row, "patient")), ["P1", "P3", "P2"]);
  assertEquals([cell(0, "reasons"), cell(1, "reasons"), cell(2, "reasons")], ["", "a; b, c", "two series: 1.2 1.3"]);
  assertEquals([cell(0, "kept"), cell(0, "cut_at_base"), cell(2, "kept")], ["20", "false", ""]);
  // Every number that was measured has a column.
  const numbers = JSON.stringify(quality.measured).match(/:-?\d/g)!.length +
    JSON.stringify(quality.measured).match(/,-?\d|\[-?\d/g)!.length;
  assertEquals(csv.rows[0]!.cells.filter((value) => /^-?\d+(\.\d+)?$/.test(value)).length, numbers);
});
