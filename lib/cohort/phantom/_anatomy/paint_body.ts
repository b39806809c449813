import type { PhantomScanner } from "../phantoms.ts";
import { type Anatomy, chestSection, smoothstep } from "./anatomy.ts";
import { type Brush, type Canvas, opaque, paintSlice, sliceZ, type Superellipse } from "./canvas.ts";

const SKIN = 20;
const CORTEX = 900;
const MARROW = 80;

/** Paints couch, arms, breasts, skin, fat and muscle; the chest is still solid. */
export function paintBody(canvas: Canvas, anatomy: Anatomy, couch: PhantomScanner["couch"]): void {
  const { muscle, fatHu, halfDepth, halfWidth, lungHeight } = anatomy;
  for (let slice = 0; slice < canvas.slices; slice++) {
    const z = sliceZ(canvas, slice);
    const section = chestSection(anatomy, z);
    const paint = (brush: Brush, centre: Superellipse["centre"], radii: Superellipse["radii"], power = 2.4) =>
      paintSlice(canvas, slice, { centre, radii, power }, brush);
    const tissue = {
      skin: opaque(canvas, SKIN),
      fat: opaque(canvas, fatHu),
      muscle: opaque(canvas, muscle),
      cortex: opaque(canvas, CORTEX),
      marrow: opaque(canvas, MARROW),
    };
    paintCouch(canvas, paint, couch, halfDepth);

    const back = halfDepth - section.skin[1]; // the back lies flat on the couch, all the way to the shoulders
    for (const side of [-1, 1]) {
      if (anatomy.arms === "up" && z < 0.8 * lungHeight) continue;
      const x = anatomy.arms === "down" ? side * (halfWidth + 42) : side * section.skin[0] * 0.88;
      const y = anatomy.arms === "down" ? 0.35 * halfDepth : back;
      const girth = anatomy.arms === "down" ? 1 : smoothstep(0.8, 1, z / lungHeight);
      paint(tissue.skin, [x, y], [44 * girth, 52 * girth], 2);
      paint(tissue.fat, [x, y], [42 * girth, 50 * girth], 2);
      paint(tissue.muscle, [x, y], [34 * girth, 41 * girth], 2);
    }
    if (anatomy.breasts) {
      const fullness = 1 - ((z - 0.45 * lungHeight) / (0.26 * lungHeight)) ** 2;
      if (fullness > 0) {
        for (const side of [-1, 1]) {
          const centre = [side * 0.56 * halfWidth, -halfDepth * 0.8] as const;
          const radii = [66 * Math.sqrt(fullness), 36 * Math.sqrt(fullness)] as const;
          paint(tissue.skin, centre, radii, 2);
          paint(tissue.fat, centre, [radii[0] - 2, radii[1] - 2], 2);
          paint(opaque(canvas, 15), [centre[0], centre[1] - 6], [radii[0] * 0.4, radii[1] * 0.45], 2);
        }
      }
    }
    const inside = (by: number): Superellipse["radii"] => [section.skin[0] - by, section.skin[1] - by];
    paint(tissue.skin, [0, back], inside(0));
    paint(tissue.fat, [0, back], inside(2));
    paint(tissue.muscle, [0, back], section.muscle);
    paintAxillae(paint, tissue.fat, section, back);
    for (const side of [-1, 1]) {
      if (anatomy.arms === "up" && z < 0.94 * lungHeight) continue;
      const head = smoothstep(0.86, 0.96, z / lungHeight);
      const x = side * (anatomy.arms === "down" ? halfWidth + 42 - 8 * head : section.skin[0] * 0.82);
      const y = anatomy.arms === "down" ? 0.35 * halfDepth * (1 - head) : back;
      paint(tissue.cortex, [x, y], [11 + 10 * head, 11 + 10 * head], 2);
      paint(tissue.marrow, [x, y], [6 + 13 * head, 6 + 13 * head], 2);
    }
  }
}

/** Where the chest wall is thicker than its muscles, fat fills the gap: the axillae. */
function paintAxillae(
  paint: (brush: Brush, centre: Superellipse["centre"], radii: Superellipse["radii"]) => void,
  fat: Brush,
  { muscle, cavity }: { readonly muscle: readonly [number, number]; readonly cavity: readonly [number, number] },
  back: number,
): void {
  const gap = muscle[0] - cavity[0] - 34;
  if (gap <= 0) return;
  for (const side of [-1, 1]) paint(fat, [side * (cavity[0] + 16 + gap / 2), back - 4], [gap / 2, 0.5 * gap]);
}

function paintCouch(
  canvas: Canvas,
  paint: (brush: Brush, centre: Superellipse["centre"], radii: Superellipse["radii"], power?: number) => void,
  couch: PhantomScanner["couch"],
  halfDepth: number,
): void {
  const [shell, foam, air] = [opaque(canvas, -180), opaque(canvas, -960), opaque(canvas, -1000)];
  if (couch === "flat") {
    // A flat top for radiotherapy, resting on the scanner's own cradle.
    paint(shell, [0, halfDepth + 70], [215, 46], 2);
    paint(air, [0, halfDepth + 66], [213, 46], 2);
    paint(air, [0, halfDepth + 35], [240, 30], 12);
    paint(shell, [0, halfDepth + 22], [225, 18], 12);
    paint(foam, [0, halfDepth + 22], [222, 15], 12);
  } else {
    paint(shell, [0, halfDepth - 8], [205, 46], 3);
    paint(foam, [0, halfDepth - 9], [201, 42], 3);
    paint(shell, [0, halfDepth - 20], [196, 40], 3);
    paint(air, [0, halfDepth - 22], [193, 39], 3);
  }
}
