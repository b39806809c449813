import type { Random } from "@ctsurv/base/mod.ts";
import { type Blob, paintBlob } from "./_brushes.ts";
import { type Augmentation, boxAround, DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, drawPixel } from "./_drawn_slice.ts";

/** What lies outside of the chest. It is painted where there is air, and touches neither body nor lung. */

/** Whether each pixel is outside air: empty, and reached from the border without crossing the body. */
function outsideAir({ hu, lung }: DrawnSlice): Uint8Array {
  const outside = new Uint8Array(hu.length);
  const isAir = (i: number) => hu[i]! < -500 && lung[i]! === 0;
  const queue: number[] = [];
  const visit = (i: number) => {
    if (outside[i] || !isAir(i)) return;
    outside[i] = 1;
    queue.push(i);
  };
  for (let k = 0; k < DRAWN_SIZE; k++) {
    [k, (DRAWN_SIZE - 1) * DRAWN_SIZE + k, k * DRAWN_SIZE, k * DRAWN_SIZE + DRAWN_SIZE - 1].forEach(visit);
  }
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const column = i % DRAWN_SIZE;
    if (column > 0) visit(i - 1);
    if (column < DRAWN_SIZE - 1) visit(i + 1);
    if (i >= DRAWN_SIZE) visit(i - DRAWN_SIZE);
    if (i < DRAWN_SIZE * (DRAWN_SIZE - 1)) visit(i + DRAWN_SIZE);
  }
  return outside;
}

function paintOutside(slice: DrawnSlice, random: Random, parts: readonly (readonly [blob: Blob, hu: number])[]): void {
  const outside = outsideAir(slice);
  for (const [blob, value] of parts) {
    paintBlob(random, blob, (i, share) => {
      if (outside[i]) slice.hu[i]! += share * (value - slice.hu[i]!);
    });
  }
}

function bodyBox({ hu, lung }: DrawnSlice) {
  return boxAround((i) => hu[i]! > -300 || lung[i]! > 0.5);
}

/** Arms beside the body, raised or lowered, with their bones. */
export const arms: Augmentation = (slice, random) => {
  const box = bodyBox(slice);
  if (!box) return;
  const radius = random.between(25, 50);
  const parts = [-1, 1].flatMap((side): (readonly [Blob, number])[] => {
    if (random.uniform() < 0.2) return [];
    const centre = {
      row: Math.round(random.between(box.top, box.bottom)),
      column: Math.round((side < 0 ? box.left : box.right) + side * random.between(0.4, 1.6) * radius / DRAWN_PIXEL),
    };
    const radii = [radius, radius * random.between(0.7, 1.3)] as const;
    const scaled = (share: number): Blob => ({ centre, radii: [radii[0] * share, radii[1] * share], rotation: 0 });
    return [[scaled(1), -100], [scaled(random.between(0.7, 0.95)), 50], [scaled(0.28), 900], [scaled(0.16), 100]];
  });
  paintOutside(slice, random, parts);
};

/** Breasts or folds of fat in front of the chest. */
export const breasts: Augmentation = (slice, random) => {
  const box = bodyBox(slice);
  if (!box) return;
  const middle = (box.left + box.right) / 2;
  const [radius, gland] = [random.between(25, 75), random.between(-90, 40)];
  const parts = [-1, 1].flatMap((side): (readonly [Blob, number])[] => {
    const centre = {
      row: box.top + Math.round(random.between(-5, 25)),
      column: Math.round(middle + side * random.between(0.35, 0.75) * (box.right - box.left) / 2),
    };
    const radii = [radius, radius * random.between(0.4, 0.9)] as const;
    return [
      [{ centre, radii, waves: 0.03 }, -100],
      [{ centre, radii: [0.5 * radii[0], 0.5 * radii[1]], waves: 0.2 }, gland],
    ];
  });
  paintOutside(slice, random, parts);
};

/** Couches: shells, foam, plates and rails behind the patient, curved or flat. */
export const couch: Augmentation = (slice, random) => {
  const box = bodyBox(slice);
  const below = (box?.bottom ?? random.between(140, 220)) + random.between(0, 12);
  const column = Math.round(DRAWN_SIZE / 2 + random.between(-15, 15));
  const outside = outsideAir(slice);
  const [shell, foam] = [random.between(-700, 300), random.between(-990, -850)];
  const thickness = random.between(1, 5) / DRAWN_PIXEL;
  const sag = random.between(-0.003, 0.006);
  const depth = random.between(4, 70) / DRAWN_PIXEL;
  const width = random.between(120, 280) / DRAWN_PIXEL;
  for (let i = 0; i < outside.length; i++) {
    if (!outside[i]) continue;
    const [dx, dy] = [i % DRAWN_SIZE - column, Math.floor(i / DRAWN_SIZE) - below];
    const down = dy + sag * dx * dx;
    if (Math.abs(dx) > width || down < 0 || down > depth) continue;
    const isShell = down < thickness || depth - down < thickness || width - Math.abs(dx) < thickness;
    slice.hu[i] = isShell ? shell : foam;
  }
};

/** Blankets, tubes and wires on and around the patient. */
export const clutter: Augmentation = (slice, random) => {
  const outside = outsideAir(slice);
  for (let rest = random.integer(1, 5); rest > 0; rest--) {
    const centre = drawPixel(random, (i) => outside[i] === 1);
    if (!centre) return;
    const isSheet = random.uniform() < 0.5;
    const length = random.between(20, 150);
    const radii = isSheet ? [length, random.between(0.7, 3)] as const : [random.between(1, 6), 2] as const;
    const value = isSheet ? random.between(-950, -300) : random.between(-500, 2500);
    paintBlob(random, { centre, radii, rotation: random.between(0, Math.PI) }, (i, share) => {
      if (outside[i]) slice.hu[i]! += share * (value - slice.hu[i]!);
    });
  }
};
