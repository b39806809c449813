import type { Random } from "@ctsurv/base/mod.ts";
import { type Anatomy, chestSection, smoothstep } from "./anatomy.ts";
import {
  type Brush,
  type Canvas,
  clipTo,
  label,
  opaque,
  paintSlice,
  replaceLung,
  sliceZ,
  spareLung,
  type Superellipse,
} from "./canvas.ts";

/** HU of what lies under the diaphragm, without contrast. */
const organs = { liver: 58, spleen: 50, fluid: 15, gas: -980 };

/** Paints the lungs with their texture, then diaphragm and upper abdomen. Heart and mediastinum come later. */
export function paintLungs(canvas: Canvas, anatomy: Anatomy, random: Random): void {
  const { lungHeight } = anatomy;
  const texture = lungTexture(canvas, anatomy, random);
  for (let slice = 0; slice < canvas.slices; slice++) {
    const z = sliceZ(canvas, slice);
    if (z < 0 || z > lungHeight) continue;
    const { cavity: [a, b] } = chestSection(anatomy, z);
    // Each lung ends in a dome of its own; lower down the domes are wider than the cavity and cut nothing off.
    const u = Math.max(0, (z / lungHeight - 0.62) / 0.38);
    const dome = 1.4 * Math.sqrt(1 - u * u);
    const lung = clipTo(canvas, slice, cavity([a, b]), texture(slice));
    for (const side of [-1, 1]) {
      paintSlice(canvas, slice, { centre: [side * 0.55 * a, 0.04 * b], radii: [0.62 * a * dome, b * dome] }, lung);
    }
  }
  paintAbdomen(canvas, anatomy, random);
}

function cavity(radii: Superellipse["radii"]): Superellipse {
  return { centre: [0, 0], radii, power: 2.5 };
}

/** Denser towards the back, with clouds of 15 to 40 mm, darker where there is emphysema. */
function lungTexture({ hu, labels, matrix, pixel, thickness, origin }: Canvas, anatomy: Anatomy, random: Random) {
  const size = 16;
  const lattice = Float32Array.from({ length: size ** 3 }, () => random.normal());
  const emphysema = random.uniform() < 0.35 ? random.between(10, 40) : 0;
  const amplitude = random.between(8, 22);
  const cell = random.between(15, 30); // mm
  const mask = size - 1;
  return (slice: number): Brush => {
    const gz = slice * thickness / cell;
    const iz = Math.floor(gz), fz = gz - iz;
    const plane = (iz & mask) * size * size, above = ((iz + 1) & mask) * size * size;
    return (start, end) => {
      const row = Math.floor(start / matrix) - slice * matrix;
      const gy = row * pixel / cell;
      const iy = Math.floor(gy), fy = gy - iy;
      const r0 = (iy & mask) * size, r1 = ((iy + 1) & mask) * size;
      const base = anatomy.parenchyma + anatomy.dependency * (origin[1] + row * pixel);
      let last = -1, left = 0, right = 0;
      const column = start - (slice * matrix + row) * matrix;
      for (let i = start; i < end; i++) {
        const gx = (column + i - start) * pixel / cell;
        const ix = Math.floor(gx);
        if (ix !== last) {
          last = ix;
          const c0 = ix & mask, c1 = (ix + 1) & mask;
          left = bilinear(lattice, plane + r0 + c0, plane + r1 + c0, above + r0 + c0, above + r1 + c0, fy, fz);
          right = bilinear(lattice, plane + r0 + c1, plane + r1 + c1, above + r0 + c1, above + r1 + c1, fy, fz);
        }
        const cloud = left + (gx - ix) * (right - left);
        hu[i] = base + amplitude * cloud - (cloud > 0.4 ? emphysema * (cloud - 0.4) : 0);
        labels[i] = label.lung;
      }
    };
  };
}

function bilinear(
  v: Float32Array,
  i00: number,
  i10: number,
  i01: number,
  i11: number,
  fy: number,
  fz: number,
): number {
  const lower = v[i00]! + fy * (v[i10]! - v[i00]!);
  const upper = v[i01]! + fy * (v[i11]! - v[i01]!);
  return lower + fz * (upper - lower);
}

/** Below the domes of the diaphragm: liver on the right, stomach and spleen on the left. */
function paintAbdomen(canvas: Canvas, anatomy: Anatomy, random: Random): void {
  const { domes, fatHu, blood } = anatomy;
  const perfused = (hu: number) => hu + 0.35 * (blood - 42);
  const gas = random.between(0, 0.2);
  for (let slice = 0; slice < canvas.slices; slice++) {
    const z = sliceZ(canvas, slice);
    if (z > domes[0]) break;
    const { cavity: [a, b] } = chestSection(anatomy, z);
    const inside = cavity([a, b]);
    const organ = (hu: number) => clipTo(canvas, slice, inside, (z < 0 ? spareLung : replaceLung)(canvas, hu));
    if (z < 0) paintSlice(canvas, slice, inside, opaque(canvas, fatHu));
    for (const side of [-1, 1] as const) {
      // A paraboloid that at z = 0 leaves only the recess at the back.
      const spread = Math.sqrt(Math.max(0, 1 - Math.max(0, z) / domes[side < 0 ? 0 : 1]));
      const dome: Superellipse = { centre: [side * 0.48 * a, -0.16 * b], radii: [0.6 * a * spread, 1.12 * b * spread] };
      paintSlice(canvas, slice, dome, organ(side < 0 ? perfused(organs.liver) : fatHu));
    }
    const depth = smoothstep(domes[1] - 8, domes[1] - 45, z);
    if (depth === 0) continue;
    const below = (hu: number, centre: readonly [number, number], radii: readonly [number, number]) => {
      const shape: Superellipse = {
        centre: [centre[0] * a, centre[1] * b],
        radii: [radii[0] * a * depth, radii[1] * b * depth],
      };
      paintSlice(canvas, slice, shape, clipTo(canvas, slice, inside, spareLung(canvas, hu)));
    };
    below(organs.fluid, [0.42, -0.25], [0.36, 0.42]);
    below(organs.gas, [0.42, -0.45], [0.26, gas]);
    below(perfused(organs.spleen), [0.72, 0.42], [0.2, 0.3]);
    below(perfused(organs.liver), [0.1, -0.45], [0.4, 0.3]); // the liver's left lobe
  }
}
