import type { Random } from "@ctsurv/base/mod.ts";
import { drawLungPoint } from "../draw_patient.ts";
import type { Anatomy } from "./anatomy.ts";
import {
  brightenLung,
  type Canvas,
  distance,
  mix,
  paintEllipsoid,
  paintTube,
  type Point,
  replaceLung,
} from "./canvas.ts";
import { hila } from "./paint_mediastinum.ts";

const LUNG_VESSEL = 30;

/**
 * Paints vessels and bronchi in the lungs, and what is found beside tumours: small benign nodules, atelectatic bands, a
 * little pleural fluid. None of it depends on the tumour or on survival, so that a network has to tell them apart.
 */
export function paintLungDetail(canvas: Canvas, anatomy: Anatomy, random: Random): void {
  const density = random.between(0.6, 1.4);
  for (const [side, hilum] of hila(anatomy).entries()) {
    const isSide = ([x]: Point) => (x > 0 ? 1 : 0) === side;
    for (let branch = 0; branch < 10; branch++) {
      const lobe = drawLungPoint(canvas, random, isSide);
      if (!lobe) continue;
      const node = mix(hilum, lobe, 0.5);
      paintTube(canvas, [hilum, node], [5.5, 3.2], brightenLung(canvas, LUNG_VESSEL));
      if (branch % 2 === 0) paintBronchus(canvas, [hilum, node]);
      const twigs = Math.round(random.between(10, 18) * density);
      for (let twig = 0; twig < twigs; twig++) {
        const tip = drawLungPoint(canvas, random, (point) => isSide(point) && distance(point, lobe) < 75);
        if (!tip) continue;
        const bend = mix(mix(hilum, node, random.between(0.5, 1)), tip, 0.45);
        paintThinTube(canvas, [node, bend], 3, 2.1);
        paintThinTube(canvas, [bend, tip], 2, 0.8);
      }
    }
  }
  paintNodules(canvas, random);
  if (random.uniform() < 0.3) paintBands(canvas, anatomy, random);
  if (random.uniform() < 0.12) paintEffusion(canvas, anatomy, random);
}

/** A vessel thinner than a pixel is drawn a pixel wide and fainter by as much: the partial volume effect. */
function paintThinTube(canvas: Canvas, points: readonly Point[], from: number, to: number): void {
  const [start, end] = points as [Point, Point];
  const pieces = 3;
  for (let piece = 0; piece < pieces; piece++) {
    const radius = from + (to - from) * (piece + 0.5) / pieces;
    const drawn = Math.max(radius, 0.6 * canvas.pixel);
    const part = [mix(start, end, piece / pieces), mix(start, end, (piece + 1) / pieces)];
    paintTube(canvas, part, [drawn, drawn], brightenLung(canvas, LUNG_VESSEL, Math.min(1, radius / drawn)));
  }
}

function paintBronchus(canvas: Canvas, points: readonly Point[]): void {
  const beside = points.map(([x, y, z]): Point => [x, y + 6, z + 4]);
  paintTube(canvas, beside, [4.2, 2.8], brightenLung(canvas, -200));
  paintTube(canvas, beside, [2.8, 1.4], (start, end) => canvas.hu.fill(-970, start, end));
}

function paintNodules(canvas: Canvas, random: Random): void {
  for (let rest = random.integer(0, 4); rest > 0; rest--) {
    const centre = drawLungPoint(canvas, random);
    const radius = random.between(1.8, 4.2);
    const hu = [40, -350, 350][random.integer(0, 2)]!; // solid, ground-glass, calcified
    if (centre) paintEllipsoid(canvas, centre, [radius, radius, radius], brightenLung(canvas, hu));
  }
}

function paintBands(canvas: Canvas, { halfDepth, domes, halfWidth }: Anatomy, random: Random): void {
  for (const side of [-1, 1]) {
    const z = domes[side < 0 ? 0 : 1] + random.between(-20, 12);
    const y = random.between(0.2, 0.45) * halfDepth;
    const centre: Point = [side * 0.45 * halfWidth, y, z];
    paintEllipsoid(canvas, centre, [random.between(20, 42), 4, 7], brightenLung(canvas, -60));
  }
}

function paintEffusion(canvas: Canvas, { halfDepth, halfWidth }: Anatomy, random: Random): void {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const centre: Point = [side * 0.5 * halfWidth, 0.72 * halfDepth, 5];
  paintEllipsoid(canvas, centre, [0.42 * halfWidth, random.between(12, 24), 75], replaceLung(canvas, 12));
}
