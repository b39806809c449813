import type { Random } from "@ctsurv/base/mod.ts";
import { type Blob, clouds, paintBlob } from "./_brushes.ts";
import { DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, emptySlice } from "./_drawn_slice.ts";

/** Draws a slice without lung: an abdomen or pelvis full of bowel, a head with its sinuses, a neck, limbs, or an object. */
export function drawNegative(random: Random): DrawnSlice {
  const kinds = [abdomen, abdomen, head, head, neck, limbs];
  const slice = emptySlice();
  kinds[random.integer(0, kinds.length - 1)]!(slice, random);
  return slice;
}

/** A painter of regions whose places are given in mm from the middle, x to the right of the image, y downwards. */
function painter({ hu }: DrawnSlice, random: Random) {
  const texture = clouds(random, random.between(4, 30));
  const grain = random.between(0, 20);
  const middle = (DRAWN_SIZE - 1) / 2;
  return (x: number, y: number, radii: Blob["radii"], value: number, shape: Partial<Blob> = {}) => {
    const centre = { row: Math.round(middle + y / DRAWN_PIXEL), column: Math.round(middle + x / DRAWN_PIXEL) };
    paintBlob(random, { centre, radii, rotation: 0, ...shape }, (i, share) => {
      hu[i]! += share * (value + (value > -200 ? grain * texture[i]! : 0) - hu[i]!);
    });
  };
}

function abdomen(slice: DrawnSlice, random: Random): void {
  const paint = painter(slice, random);
  const [a, b] = [random.between(110, 210), random.between(80, 150)];
  const fat = random.between(5, 40);
  const inside = () => {
    const [angle, share] = [random.between(0, 2 * Math.PI), Math.sqrt(random.uniform()) * 0.8];
    return [share * (a - fat - 20) * Math.cos(angle), share * (b - fat - 15) * Math.sin(angle)] as const;
  };
  paint(0, 0, [a, b], -100, { waves: 0.02, rotation: 0 });
  paint(0, 0, [a - fat, b - fat], 55, { waves: 0.02, rotation: 0 });
  paint(0, 0, [a - fat - 12, b - fat - 12], -95, { waves: 0.02, rotation: 0 });
  for (let rest = random.integer(2, 8); rest > 0; rest--) {
    paint(...inside(), [random.between(15, 70), random.between(15, 50)], random.between(20, 160), { waves: 0.12 });
  }
  const gasShare = random.uniform();
  for (let rest = random.integer(3, 25); rest > 0; rest--) {
    const [x, y] = inside();
    const radius = random.between(6, 40);
    const radii = [radius, radius * random.between(0.5, 1)] as const;
    paint(x, y, [radii[0] + 3, radii[1] + 3], 40, { waves: 0.1, rotation: 0 });
    const gas = random.uniform() < gasShare;
    const stool = random.between(-600, 50);
    paint(x, y, radii, gas ? random.between(-1010, -880) : stool, { waves: 0.1, rotation: 0 });
    if (gas && random.uniform() < 0.5) paint(x, y + radii[1] * 0.6, [radii[0] * 0.8, radii[1] * 0.4], 15);
  }
  spine(paint, b - fat - 45);
  if (random.uniform() < 0.3) {
    for (const side of [-1, 1]) paint(side * 0.6 * a, 0.35 * b, [35, 12], 500, { waves: 0.2 });
  }
}

function spine(paint: ReturnType<typeof painter>, y: number): void {
  paint(0, y, [22, 17], 600);
  paint(0, y, [18, 13], 180);
  paint(0, y + 25, [10, 9], 25);
  paint(0, y + 42, [9, 14], 500);
}

function head(slice: DrawnSlice, random: Random): void {
  const paint = painter(slice, random);
  const [a, b] = [random.between(60, 90), random.between(75, 110)];
  const tilt = { waves: 0.03, rotation: random.between(-0.3, 0.3) };
  const skull = random.between(4, 9);
  paint(0, 0, [a, b], 20, tilt);
  const isVault = random.uniform() < 0.4;
  paint(0, 0, [a - 6, b - 6], isVault ? 1000 : 40, tilt);
  paint(0, 0, [a - 6 - skull, b - 6 - skull], isVault ? 35 : 50, tilt);
  if (isVault) return;
  // Face and skull base: nose, sinuses and mouth in front, ear canals and mastoid cells at the sides.
  for (let rest = random.integer(2, 12); rest > 0; rest--) {
    const [x, y] = [random.between(-0.6, 0.6) * a, random.between(-0.9, 0.5) * b];
    const radii = [random.between(3, 25), random.between(3, 25)] as const;
    paint(x, y, [radii[0] + 2, radii[1] + 2], random.between(40, 900), { waves: 0.15 });
    paint(x, y, radii, random.between(-1010, -800), { waves: 0.15 });
  }
  for (const side of [-1, 1]) {
    for (let rest = random.integer(0, 15); rest > 0; rest--) {
      const radius = random.between(1, 5);
      const [x, y] = [side * random.between(0.5, 0.85) * a, random.between(0, 0.4) * b];
      paint(x, y, [radius + 2, radius + 2], 700);
      paint(x, y, [radius, radius], -900);
    }
  }
  spine(paint, 0.4 * b);
}

function neck(slice: DrawnSlice, random: Random): void {
  const paint = painter(slice, random);
  const [a, b] = [random.between(50, 95), random.between(50, 80)];
  if (random.uniform() < 0.4) {
    paint(0, 30, [random.between(120, 220), random.between(40, 70)], 30, { waves: 0.03, rotation: 0 });
  }
  paint(0, 0, [a, b], -90, { waves: 0.03, rotation: 0 });
  paint(0, 0, [0.85 * a, 0.85 * b], 50, { waves: 0.08, rotation: 0 });
  const radius = random.between(4, 14);
  const [y, value] = [random.between(-0.6, -0.1) * b, random.between(-1010, -900)];
  paint(0, y, [radius + 3, radius + 3], 60, { waves: 0.1 });
  paint(0, y, [radius, radius * random.between(0.4, 1.3)], value, { waves: 0.1 });
  spine(paint, random.between(0.1, 0.4) * b);
}

/** Arms, legs, or a bottle of water: one to three round things side by side. */
function limbs(slice: DrawnSlice, random: Random): void {
  const paint = painter(slice, random);
  const count = random.integer(0, 3);
  for (let k = 0; k < count; k++) {
    const x = (k - (count - 1) / 2) * random.between(90, 150);
    const [radius, y] = [random.between(30, 80), random.between(-40, 40)];
    paint(x, y, [radius, radius * random.between(0.8, 1.2)], -95, { waves: 0.04 });
    paint(x, y, [0.8 * radius, 0.8 * radius], 50, { waves: 0.06 });
    paint(x, y, [14, 14], 1000);
    paint(x, y, [8, 8], 20);
  }
}
