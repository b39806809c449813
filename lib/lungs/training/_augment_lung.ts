import type { Random } from "@ctsurv/base/mod.ts";
import { clouds, paintBlob } from "./_brushes.ts";
import { type Augmentation, DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, drawPixel, type Pixel } from "./_drawn_slice.ts";

/** What is found in lungs. All of it remains lung in the truth. */

/** Tissue takes the place of lung, which is still counted as lung. */
function fillLung({ hu, lung }: DrawnSlice, value: (i: number) => number) {
  return (i: number, share: number) => {
    hu[i]! += share * lung[i]! * (value(i) - hu[i]!);
  };
}

function pixelOfLung({ lung }: DrawnSlice, random: Random): Pixel | undefined {
  return drawPixel(random, (i) => lung[i]! > 0.5);
}

/** A tumour anywhere in the lung, most often at its edge, that may grow into what is next to it. */
export const mass: Augmentation = (slice, random) => {
  const { hu, lung } = slice;
  const atEdge = random.uniform() < 0.6;
  const isEdge = (i: number) => lung[i]! > 0.2 && lung[i]! < 0.8;
  const centre = atEdge ? drawPixel(random, isEdge) : pixelOfLung(slice, random);
  if (!centre) return;
  const radius = Math.min(62, Math.max(4, 20 * Math.exp(0.6 * random.normal())));
  const [vital, core] = [random.between(0, 90), random.between(-30, 30)];
  const invades = random.uniform() < 0.4;
  const texture = clouds(random, random.between(4, 15));
  const waves = random.between(0.02, 0.25);
  const radii = [radius, radius * random.between(0.6, 1)] as const;
  const rotation = random.between(0, Math.PI);
  paintBlob(random, { centre, radii, waves, rotation, edge: random.between(1, 5) }, (i, share) => {
    // A tumour may replace fat and muscle beyond the pleura, but neither bone nor the air outside.
    const reach = invades && hu[i]! > -200 && hu[i]! < 150 ? 1 : lung[i]!;
    hu[i]! += share * reach * (vital + 12 * texture[i]! - hu[i]!);
  });
  if (random.uniform() < 0.3) {
    const inner = [0.5 * radii[0], 0.5 * radii[1]] as const;
    const isCavity = random.uniform() < 0.4;
    paintBlob(random, { centre, radii: inner, waves, rotation }, fillLung(slice, () => isCavity ? -950 : core));
  }
};

/** Denser parts without clear borders: ground glass to consolidation, with or without air bronchograms. */
export const infiltrate: Augmentation = (slice, random) => {
  const isSolid = random.uniform() < 0.5;
  const density = isSolid ? random.between(-60, 80) : random.between(-650, -60);
  const patches = clouds(random, random.between(6, 40));
  const contrast = isSolid ? random.between(0, 60) : random.between(0, 250);
  const bronchi = random.uniform() < 0.5 ? clouds(random, 5) : undefined;
  for (let rest = random.integer(1, 3); rest > 0; rest--) {
    const centre = pixelOfLung(slice, random);
    if (!centre) return;
    const radii = [random.between(8, 70), random.between(8, 50)] as const;
    const value = (i: number) =>
      bronchi && bronchi[i]! > 1.1 ? -850 : Math.max(-900, Math.min(100, density + contrast * patches[i]!));
    paintBlob(random, { centre, radii, waves: 0.25, edge: random.between(2, 25) }, fillLung(slice, value));
  }
};

/** Lung that has collapsed or is full towards the back, in one lung or both. */
export const dependentDensity: Augmentation = ({ hu, lung }, random) => {
  const depth = random.between(8, 70) / DRAWN_PIXEL;
  const density = random.between(-500, 50);
  const ripple = clouds(random, random.between(15, 60));
  const side = random.integer(-1, 1);
  const fromBack = random.uniform() < 0.85;
  for (let column = 0; column < DRAWN_SIZE; column++) {
    if (side !== 0 && Math.sign(column - DRAWN_SIZE / 2) !== side) continue;
    let start: number | undefined;
    for (let k = 0; k < DRAWN_SIZE; k++) {
      const row = fromBack ? DRAWN_SIZE - 1 - k : k;
      const i = row * DRAWN_SIZE + column;
      if (lung[i]! < 0.5) continue;
      start ??= k;
      const share = Math.min(1, Math.max(0, 1.2 - (k - start) / depth + 0.3 * ripple[i]!));
      hu[i]! += share * lung[i]! * (density - hu[i]!);
    }
  }
};

/** Emphysema: lung as empty as air in patches, or bullae with walls. */
export const emphysema: Augmentation = (slice, random) => {
  if (random.uniform() < 0.5) {
    const patches = clouds(random, random.between(4, 20));
    const [threshold, value] = [random.between(-0.5, 0.8), random.between(-1000, -930)];
    slice.lung.forEach((share, i) => {
      if (share > 0 && patches[i]! > threshold) slice.hu[i]! += share * 0.8 * (value - slice.hu[i]!);
    });
    return;
  }
  for (let rest = random.integer(1, 8); rest > 0; rest--) {
    const centre = pixelOfLung(slice, random);
    if (!centre) return;
    const radius = random.between(4, 45);
    const radii = [radius, radius * random.between(0.5, 1)] as const;
    const rotation = random.between(0, Math.PI);
    const wall = [radii[0] + 2, radii[1] + 2] as const;
    paintBlob(random, { centre, radii: wall, rotation }, fillLung(slice, () => -600));
    paintBlob(random, { centre, radii, rotation }, fillLung(slice, () => -990));
  }
};

/** Gas between the pleurae, towards the front: a cap of lung becomes empty. */
export const pneumothorax: Augmentation = ({ hu, lung }, random) => {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const depth = random.between(5, 60) / DRAWN_PIXEL;
  const ripple = clouds(random, 50);
  for (let column = 0; column < DRAWN_SIZE; column++) {
    if (Math.sign(column - DRAWN_SIZE / 2) !== side) continue;
    let start: number | undefined;
    for (let row = 0; row < DRAWN_SIZE; row++) {
      const i = row * DRAWN_SIZE + column;
      if (lung[i]! < 0.5) continue;
      start ??= row;
      const into = row - start - depth * (1 + 0.3 * ripple[i]!);
      if (into < 0) hu[i]! += lung[i]! * (-1000 - hu[i]!);
      else if (into < 2) hu[i]! += lung[i]! * (-100 - hu[i]!);
    }
  }
};

/** Vessels and bronchi: a tree that grows from where the lung is nearest to the middle. */
export const vesselTree: Augmentation = (slice, random) => {
  const hilum = drawPixel(random, (i) => {
    const column = i % DRAWN_SIZE;
    return slice.lung[i]! > 0.5 && Math.abs(column - DRAWN_SIZE / 2) < 45;
  });
  if (!hilum) return;
  const isAirway = random.uniform() < 0.25;
  const grow = (from: Pixel, angle: number, radius: number, generation: number) => {
    const length = random.between(8, 30);
    let { row, column } = from;
    let heading = angle;
    for (let walked = 0; walked < length; walked += radius) {
      heading += 0.15 * random.normal();
      row += radius / DRAWN_PIXEL * Math.sin(heading);
      column += radius / DRAWN_PIXEL * Math.cos(heading);
      const centre = { row: Math.round(row), column: Math.round(column) };
      paintBlob(random, { centre, radii: [radius, radius] }, fillLung(slice, () => isAirway ? -100 : 40));
      if (!isAirway || radius < 2.5) continue;
      paintBlob(random, { centre, radii: [radius - 1.5, radius - 1.5] }, fillLung(slice, () => -960));
    }
    if (generation >= 4 || radius < 1) return;
    for (const turn of [-1, 1]) {
      grow(
        { row, column },
        heading + turn * random.between(0.2, 0.8),
        radius * random.between(0.6, 0.9),
        generation + 1,
      );
    }
  };
  const outwards = hilum.column < DRAWN_SIZE / 2 ? Math.PI : 0;
  grow(hilum, outwards + random.between(-1.2, 1.2), random.between(2, 9), 0);
};

/** Many small round cross-sections of vessels. */
export const vesselSpots: Augmentation = (slice, random) => {
  for (let rest = random.integer(20, 120); rest > 0; rest--) {
    const centre = pixelOfLung(slice, random);
    if (!centre) return;
    const radius = Math.min(7, 0.8 * Math.exp(0.7 * Math.abs(random.normal())));
    paintBlob(random, { centre, radii: [radius, radius * random.between(0.6, 1)] }, fillLung(slice, () => 20));
  }
};

/** Fissures and septa: thin lines across the lung. */
export const septa: Augmentation = (slice, random) => {
  for (let rest = random.integer(1, 4); rest > 0; rest--) {
    const centre = pixelOfLung(slice, random);
    if (!centre) return;
    const value = random.between(-750, -100);
    const radii = [random.between(30, 120), random.between(0.7, 2.5)] as const;
    paintBlob(
      random,
      { centre, radii, rotation: random.between(0, Math.PI), edge: random.between(1, 4) },
      fillLung(slice, (i) => Math.max(value, slice.hu[i]!)),
    );
  }
};

/** Another density and texture of the parenchyma altogether, from hyperinflated to oedema and fibrosis. */
export const parenchyma: Augmentation = ({ hu, lung }, random) => {
  const shift = random.between(-70, 260);
  const [coarse, fine] = [clouds(random, random.between(20, 80)), clouds(random, random.between(3, 8))];
  const [a, b] = [random.between(0, 90), random.uniform() < 0.3 ? random.between(50, 250) : random.between(0, 50)];
  lung.forEach((share, i) => {
    if (share === 0) return;
    const value = Math.max(-1010, hu[i]! + shift + a * coarse[i]! + b * fine[i]!);
    hu[i]! += share * (value - hu[i]!);
  });
};
