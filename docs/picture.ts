import { tumourSlices } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { openCohort, readTumour } from "@ctsurv/cohort/mod.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";
import { takeView } from "@ctsurv/features/mod.ts";
import { preprocessCached } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";
import { attentionStrip, type Figure, kaplanMeierFigure } from "@ctsurv/report/mod.ts";
import { findProfile } from "@ctsurv/study/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";

// The picture of the README, of the last committed results: deno run -A docs/picture.ts, after deno task reproduce.

/** The patient of notebook 01. */
const shown = "PHANTOM-006";
const root = new URL("../", import.meta.url).pathname;
const results = `${root}outputs/phantom-lung1-workshop/cross_validation/efficientnet_b0.json`;
const { predictions }: CrossValidation = JSON.parse(await Deno.readTextFile(results));

async function slicesWithAttention(): Promise<Figure> {
  const profile = findProfile("workshop");
  const cohort = await openCohort(`${root}data/cohorts/phantom-lung1-${profile.phantomPatients.lung1}`);
  const patient = cohort.patients.find(({ id }) => id === shown)!;
  const engine = await createEngine();
  const segmenter = await createLungSegmenter(engine);
  const prepared = await preprocessCached(patient.image, `${root}data/cache/slices`, { segmenter, where: shown });
  await segmenter.dispose();
  const { slices, seen } = takeView(prepared, { kind: "slice", slices: profile.slices, size: prepared.size });
  const tumour = (await readTumour(cohort, patient))!;
  const holding = tumourSlices(tumour, prepared);
  const holds = (slice: number) => holding.some(([first, last]) => first <= slice && slice <= last);
  return attentionStrip(predictions.find(({ id }) => id === shown)!.attention, {
    patient: shown,
    stack: { data: slices, shape: [seen.length, prepared.size, prepared.size] },
    tumours: seen.flatMap((slice, i) => holds(slice) ? [[i, i] as const] : []),
  });
}

function riskGroups(): Figure {
  const ranked = predictions.toSorted((a, b) => a.survival.at(-1)! - b.survival.at(-1)!);
  const group = (label: string, patients: typeof ranked) => ({
    label,
    months: patients.map(({ months }) => months),
    event: patients.map(({ event }) => event),
  });
  const half = ranked.length >> 1;
  // In the notebooks, too, the lower risk comes first: blue, with the higher one in orange.
  const groups = [
    group("lower predicted risk", ranked.slice(half)),
    group("higher predicted risk", ranked.slice(0, half)),
  ];
  return kaplanMeierFigure(groups, { heading: "Survival by predicted risk" });
}

/** Figures side by side, of the first one's height. */
function beside(figures: readonly Figure[]): string {
  const sizes = figures.map(({ svg }) => /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1, 3).map(Number));
  const height = sizes[0]![1]!;
  let x = 0;
  const placed = figures.map(({ svg }, i) => {
    const width = Math.round(sizes[i]![0]! * height / sizes[i]![1]!);
    const inner = svg.replace(/width="[\d.]+" height="[\d.]+"/, `x="${x}" width="${width}" height="${height}"`);
    x += width + 12;
    return inner;
  });
  const size = `width="${x - 12}" height="${height}" viewBox="0 0 ${x - 12} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${placed.join("")}</svg>\n`;
}

await writeAtomic(`${root}docs/picture.svg`, beside([await slicesWithAttention(), riskGroups()]));
