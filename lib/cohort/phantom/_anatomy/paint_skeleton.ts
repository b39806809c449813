import { type Anatomy, chestSection } from "./anatomy.ts";
import { type Canvas, opaque, paintSlice, paintTube, type Point, sliceZ } from "./canvas.ts";

const CORTEX = 720;
const DISC = 75;
const CANAL = 22;

/** Paints spine, ribs, sternum, shoulder blades and collar bones over everything else. */
export function paintSkeleton(canvas: Canvas, anatomy: Anatomy): void {
  paintSpine(canvas, anatomy);
  const bones = [...ribs(anatomy), ...girdle(anatomy)];
  // All the cortex first: the marrow of a bone must not be painted over by the next step along it.
  for (const { points, radius } of bones) paintTube(canvas, points, [radius, radius], opaque(canvas, CORTEX));
  for (const { points, radius } of bones) {
    const core = radius * 0.55;
    paintTube(canvas, points, [core, core], opaque(canvas, anatomy.spongiosa));
  }
}

interface Bone {
  readonly points: readonly Point[];
  readonly radius: number;
}

/** Twelve pairs, each running from the spine round the chest wall, forwards and down. */
function ribs(anatomy: Anatomy): Bone[] {
  const { lungHeight } = anatomy;
  return Array.from({ length: 12 }, (_, i) => {
    const start = lungHeight * (0.99 - 0.083 * i);
    const drop = lungHeight * (0.1 + 0.024 * Math.min(i, 7));
    const sweep = (i < 7 ? 0.86 : i < 10 ? 0.7 : 0.45) * Math.PI;
    return [-1, 1].map((side): Bone => ({
      radius: 5,
      points: Array.from({ length: 25 }, (_, step) => {
        const share = step / 24;
        return wallPoint(
          anatomy,
          side * (0.13 * Math.PI + share * (sweep - 0.13 * Math.PI)),
          start - drop * share ** 1.2,
          5.5,
        );
      }),
    }));
  }).flat();
}

/**
 * A point on the chest wall, `gap` mm outside the pleura.
 *
 * @param angle From the back, positive to the left; radians.
 */
function wallPoint(anatomy: Anatomy, angle: number, z: number, gap: number): Point {
  const { lungHeight } = anatomy;
  const { cavity: [a, b] } = chestSection(anatomy, Math.min(z, 0.93 * lungHeight));
  const narrowing = z > 0.85 * lungHeight ? 1 - 0.9 * (z / lungHeight - 0.85) : 1;
  // The cavity is a superellipse of power 2.5.
  const along = (value: number, radius: number) =>
    Math.sign(value) * Math.abs(value) ** 0.8 * (radius * narrowing + gap);
  return [along(Math.sin(angle), a), along(Math.cos(angle), b), z];
}

function girdle(anatomy: Anatomy): Bone[] {
  const { lungHeight, halfDepth, halfWidth } = anatomy;
  const at = (x: number, y: number, t: number): Point => [x * halfWidth, y * halfDepth, t * lungHeight];
  return [-1, 1].flatMap((side): Bone[] => [
    { radius: 6.5, points: sternum(anatomy, 6 * side) },
    { radius: 6, points: [at(0.14 * side, -0.52, 0.93), at(0.5 * side, -0.46, 1), at(0.95 * side, -0.1, 1.06)] },
    // The shoulder blade: strips side by side that meet at its lower tip.
    ...Array.from({ length: 9 }, (_, strip): Bone => ({
      radius: 3,
      points: [0, 1, 2, 3].map((step) => {
        const top = 0.2 + 0.025 * strip;
        const angle = Math.PI * (top + (0.24 - top) * step / 3);
        return wallPoint(anatomy, side * angle, lungHeight * (0.96 - 0.12 * step), 15);
      }),
    })),
  ]);
}

/** One half of the breast bone: it follows the chest wall. */
function sternum(anatomy: Anatomy, x: number): Point[] {
  return Array.from({ length: 12 }, (_, step) => {
    const z = anatomy.lungHeight * (0.38 + 0.5 * step / 11);
    return [x, -chestSection(anatomy, z).cavity[1] - 6, z];
  });
}

function paintSpine(canvas: Canvas, { halfDepth, fat, lungHeight, spongiosa, muscle }: Anatomy): void {
  const pitch = lungHeight / 9.5;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const z = sliceZ(canvas, slice);
    const level = ((z % pitch) + pitch) % pitch;
    const isDisc = level < 0.18 * pitch;
    const y = halfDepth - fat - 50; // the spinous processes end where the fat of the back begins
    const width = 18 - 4 * z / lungHeight;
    const paint = (hu: number, x: number, dy: number, a: number, b: number, power = 2.4) =>
      paintSlice(canvas, slice, { centre: [x, y + dy], radii: [a, b], power }, opaque(canvas, hu));
    paint(muscle, 0, 12, width + 14, 26);
    paint(isDisc ? DISC : 420, 0, 0, width, 15);
    if (!isDisc) paint(spongiosa, 0, 0, width - 2, 13);
    paint(CORTEX * 0.7, 0, 23, 13, 12);
    paint(CANAL, 0, 22, 9.5, 8.5, 2);
    if (level > 0.35 * pitch && level < 0.75 * pitch) {
      for (const side of [-1, 1]) paint(380, side * 21, 25, 13, 5, 2);
    }
    paint(450, 0, 41, 3.5, 11, 2);
  }
}
