import type { Random } from "@ctsurv/base/mod.ts";
import { type Anatomy, chestSection } from "./anatomy.ts";
import {
  type Canvas,
  opaque,
  paintEllipsoid,
  paintSlice,
  paintTube,
  type Point,
  replaceLung,
  sliceZ,
  spareLung,
} from "./canvas.ts";

const AIR = -985;
const WALL = 30;

/** Where the airways and vessels of a lung begin, right and left. */
export function hila({ lungHeight, halfDepth }: Anatomy): readonly [right: Point, left: Point] {
  const y = 0.06 * halfDepth;
  return [[-40, y, 0.53 * lungHeight], [42, y, 0.55 * lungHeight]];
}

/** Paints what lies between the lungs: fat, heart, great vessels, oesophagus, trachea and main bronchi. */
export function paintMediastinum(canvas: Canvas, anatomy: Anatomy, random: Random): void {
  const { lungHeight, halfDepth, blood, fatHu, heart, muscle } = anatomy;
  const at = (x: number, y: number, t: number): Point => [x, y * halfDepth, t * lungHeight];
  for (let slice = 0; slice < canvas.slices; slice++) {
    const z = sliceZ(canvas, slice);
    if (z < 0 || z > lungHeight) continue;
    const { cavity: [a, b] } = chestSection(anatomy, z);
    const width = 30 + 5 * Math.sin(Math.PI * z / lungHeight);
    const fat = replaceLung(canvas, fatHu + 25);
    paintSlice(canvas, slice, { centre: [0, 0], radii: [3.5, b], power: 8 }, fat);
    paintSlice(canvas, slice, { centre: [0, 0.12 * b], radii: [Math.min(width, 0.55 * a), 0.72 * b], power: 2.3 }, fat);
  }

  const middle = at(16, -0.24, 0.27);
  const [hx, hy, hz] = heart;
  paintEllipsoid(canvas, middle, [hx + 5, hy + 5, hz + 4], replaceLung(canvas, fatHu + 15));
  paintEllipsoid(canvas, middle, [hx, hy, hz], opaque(canvas, muscle));
  const chamber = opaque(canvas, muscle - 8 + 0.9 * (blood - 42));
  paintEllipsoid(
    canvas,
    [middle[0] + 0.32 * hx, middle[1] + 0.18 * hy, middle[2] - 8],
    [0.42 * hx, 0.5 * hy, 0.6 * hz],
    chamber,
  );
  paintEllipsoid(canvas, [middle[0] - 0.45 * hx, middle[1] - 0.1 * hy, middle[2] + 4], [
    0.42 * hx,
    0.62 * hy,
    0.66 * hz,
  ], chamber);

  const vessel = opaque(canvas, blood);
  const descending: Point[] = [at(20, 0.52, -0.25), at(22, 0.5, 0.3), at(24, 0.42, 0.62)];
  const arch: Point[] = [at(20, 0.28, 0.71), at(6, 0.02, 0.725), at(-12, -0.14, 0.68)];
  paintTube(canvas, [...descending, ...arch], [11, 13], vessel);
  paintTube(canvas, [at(-12, -0.14, 0.68), at(-16, -0.2, 0.55), at(-4, -0.18, 0.42)], [14, 16], vessel);
  paintTube(canvas, [at(-30, -0.02, 0.4), at(-28, -0.08, 0.66), at(-22, -0.2, 0.85)], [9, 8], vessel); // vena cava
  paintTube(canvas, [at(12, -0.3, 0.42), at(14, -0.22, 0.57)], [14, 13], vessel); // pulmonary trunk
  const [right, left] = hila(anatomy);
  paintTube(canvas, [at(14, -0.2, 0.57), at(-8, -0.02, 0.56), right], [11, 9], vessel);
  paintTube(canvas, [at(14, -0.2, 0.57), at(28, 0, 0.585), left], [11, 9], vessel);
  for (const [x, y] of [[-20, -0.12], [-2, -0.2], [16, 0.02]] as const) {
    paintTube(canvas, [at(0.5 * x, y, 0.72), at(x, y, 0.9), at(1.6 * x, y + 0.05, 1.1)], [5.5, 5], vessel);
  }
  paintTube(canvas, [at(10, 0.36, 0), at(6, 0.3, 0.6), at(4, 0.26, 1.15)], [8, 7], opaque(canvas, WALL));
  if (random.uniform() < 0.5) paintTube(canvas, [at(6, 0.3, 0.55), at(4, 0.26, 1.1)], [2, 2.5], opaque(canvas, -600));
  paintEllipsoid(canvas, at(0, -0.1, 1.02), [26, 14, 16], spareLung(canvas, 95)); // thyroid

  const carina = at(0, 0.1, 0.64);
  const top = at(0, -0.06, 1.25);
  const bronchi = [right, left].map((hilum) => [carina, hilum]);
  const tubes = [
    { points: [top, carina], radii: [9, 8.5] as const },
    ...bronchi.map((points) => ({ points, radii: [7, 5] as const })),
  ];
  for (const { points, radii: [from, to] } of tubes) {
    paintTube(canvas, points, [from + 2, to + 2], opaque(canvas, WALL));
  }
  for (const { points, radii } of tubes) paintTube(canvas, points, radii, opaque(canvas, AIR));
}
