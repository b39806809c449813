import type { Random } from "@ctsurv/base/mod.ts";
import { type Blob, clouds, paintBlob } from "./_brushes.ts";
import { type Augmentation, boxAround, DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, drawPixel } from "./_drawn_slice.ts";

/** What bounds the lungs or lies near them. None of it is lung in the truth. */

/** Something else takes the place of lung. */
function displaceLung({ hu, lung }: DrawnSlice, value: (i: number) => number) {
  return (i: number, share: number) => {
    hu[i]! += share * lung[i]! * (value(i) - hu[i]!);
    lung[i]! *= 1 - share;
  };
}

/** Whatever is not lung changes. */
function fillOther({ hu, lung }: DrawnSlice, value: number) {
  return (i: number, share: number) => {
    hu[i]! += share * (1 - lung[i]!) * (value - hu[i]!);
  };
}

/** Half the width of the strip along the middle of the slice in which the mediastinum lies, pixels. */
const MEDIASTINUM = 42;

/**
 * Heart, vessels or spine reach further into the lung, from the middle. Elsewhere, what bulges into the lung would be
 * taken for a tumour, which counts as lung.
 */
export const bulge: Augmentation = (slice, random) => {
  const { lung } = slice;
  for (let rest = random.integer(1, 3); rest > 0; rest--) {
    const centre = drawPixel(
      random,
      (i) => lung[i]! > 0.2 && lung[i]! < 0.8 && Math.abs(i % DRAWN_SIZE - DRAWN_SIZE / 2) < MEDIASTINUM,
    );
    if (!centre) return;
    const value = random.uniform() < 0.3 ? random.between(-110, -70) : random.between(20, 180);
    const radii = [random.between(4, 38), random.between(4, 25)] as const;
    paintBlob(
      random,
      { centre, radii, waves: random.between(0, 0.2), edge: random.between(1, 6) },
      displaceLung(slice, () => value),
    );
  }
};

/** The dome of the diaphragm in the middle of a lung, blurred where it runs along the slice: a ring of lung is left. */
export const diaphragm: Augmentation = (slice, random) => {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const isSide = (i: number) => Math.sign(i % DRAWN_SIZE - DRAWN_SIZE / 2) === side;
  const box = boxAround((i) => slice.lung[i]! > 0.5 && isSide(i));
  if (!box) return;
  const [height, width] = [box.bottom - box.top, box.right - box.left];
  const centre = {
    row: Math.round(box.top + random.between(0.2, 0.6) * height),
    column: Math.round((box.left + box.right) / 2 + random.between(-0.2, 0.2) * width),
  };
  const size = random.between(0.3, 0.72);
  const radii = [size * width * DRAWN_PIXEL, size * height * DRAWN_PIXEL] as const;
  const value = random.uniform() < 0.3 ? -90 : random.between(30, 130);
  paintBlob(
    random,
    { centre, radii, waves: random.between(0, 0.1), rotation: 0, edge: random.between(4, 25) },
    displaceLung(slice, () => value),
  );
};

/** Fluid in the pleural cavity, smooth and as dense as water, behind the lung. The phantom does not count it as lung. */
export const effusion: Augmentation = (slice, random) => {
  const side = random.uniform() < 0.5 ? -1 : 1;
  const box = boxAround((i) => slice.lung[i]! > 0.5 && Math.sign(i % DRAWN_SIZE - DRAWN_SIZE / 2) === side);
  if (!box) return;
  const value = random.between(-5, 25);
  const centre = { row: box.bottom, column: Math.round((box.left + box.right) / 2) };
  const radii = [0.6 * (box.right - box.left) * DRAWN_PIXEL, random.between(6, 35)] as const;
  paintBlob(random, { centre, radii, rotation: random.between(-0.2, 0.2), edge: 2 }, displaceLung(slice, () => value));
};

/** Trachea, main bronchi or a gaseous oesophagus between the lungs or in the neck, one or two of them. */
export const airway: Augmentation = (slice, random) => {
  const { lung, hu } = slice;
  let rest = random.integer(1, 2);
  for (let attempt = 0; attempt < 16 && rest > 0; attempt++) {
    const radius = random.between(3, 13);
    const centre = drawPixel(random, (i) => {
      const column = i % DRAWN_SIZE;
      return lung[i]! === 0 && hu[i]! > -300 && Math.abs(column - DRAWN_SIZE / 2) < MEDIASTINUM;
    });
    if (!centre) return;
    const stretch = random.uniform() < 0.3 ? 2.5 : 1;
    const radii = [radius * random.between(1, stretch), radius * random.between(0.5, 1)] as const;
    const rotation = random.between(0, Math.PI);
    const wall: Blob = { centre, radii: [radii[0] + 2, radii[1] + 2], rotation };
    if (touches(lung, random, wall)) continue;
    paintBlob(random, wall, fillOther(slice, random.between(0, 60)));
    paintBlob(random, { centre, radii, rotation, waves: 0.06 }, fillOther(slice, random.between(-1010, -880)));
    rest--;
  }
};

function touches(lung: Float32Array, random: Random, blob: Blob): boolean {
  let touched = false;
  paintBlob(random, blob, (i, share) => touched ||= share > 0.5 && lung[i]! > 0.05);
  return touched;
}

/** Gas in stomach and bowel, with a fluid level or contents, wherever there is room for it beside the lungs. */
export const bowelGas: Augmentation = (slice, random) => {
  const { hu, lung } = slice;
  for (let rest = random.integer(1, 6); rest > 0; rest--) {
    const centre = drawPixel(random, (i) => lung[i]! === 0 && hu[i]! > -250);
    if (!centre) return;
    const radius = random.between(5, 45);
    const blob: Blob = {
      centre,
      radii: [radius, radius * random.between(0.4, 1)],
      rotation: random.between(0, Math.PI),
    };
    const wall: Blob = { ...blob, radii: [blob.radii[0] + 3, blob.radii[1] + 3] };
    if (touches(lung, random, wall)) continue;
    const level = centre.row + random.between(-1, 1.2) * radius / DRAWN_PIXEL;
    const gas = random.between(-1010, -900);
    const contents = random.uniform() < 0.3 ? clouds(random, 5) : undefined;
    const isBody = hu.map((value, i) => value > -300 || lung[i]! > 0 ? 1 : 0);
    paintBlob(random, wall, (i, share) => {
      if (isBody[i]) hu[i]! += share * (40 - hu[i]!);
    });
    paintBlob(random, blob, (i, share) => {
      if (!isBody[i]) return;
      const filling = contents ? -300 + 500 * contents[i]! : 20;
      const value = i / DRAWN_SIZE > level ? Math.max(gas, Math.min(200, filling)) : gas;
      hu[i]! += share * (value - hu[i]!);
    });
  }
};
