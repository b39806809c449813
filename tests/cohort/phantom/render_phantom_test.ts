import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  drawPatient,
  phantomClaro,
  phantomLung1,
  type PhantomPatient,
  type PhantomScan,
  type PhantomSpec,
  renderPhantom,
} from "@ctsurv/cohort/mod.ts";

const half = (spec: PhantomSpec): PhantomSpec => ({ ...spec, matrix: 128 });
const render = (spec: PhantomSpec, number: number, seed = 42) => {
  const patient = drawPatient(spec, seed, number);
  return { patient, scan: renderPhantom(spec, seed, patient) };
};
const cases = [half(phantomLung1), half(phantomClaro)].flatMap((spec) =>
  [1, 2, 3, 4, 5].map((number) => ({ ...render(spec, number), spec }))
);

/** Voxels of a slice with one of these labels. */
function count({ labels, shape: [, rows, columns] }: PhantomScan, slice: number, wanted: readonly number[]): number {
  return labels.subarray(slice * rows * columns, (slice + 1) * rows * columns)
    .reduce((sum, label) => sum + (wanted.includes(label) ? 1 : 0), 0);
}

function voxelVolume({ affine }: PhantomScan): number {
  return affine[0] * affine[5] * affine[10];
}

Deno.test("renderPhantom() gives the same scan twice", () => {
  const again = render(half(phantomLung1), 1).scan;
  assertEquals(again.hu, cases[0]!.scan.hu);
  assertEquals(again.labels, cases[0]!.scan.labels);
});

Deno.test("renderPhantom() does not let the effect on survival or the law show in the image", () => {
  for (const changed of [{ effect: 0 }, { law: "size" }, { law: "null" }] as const) {
    const { hu, labels } = render({ ...half(phantomLung1), ...changed }, 1).scan;
    assertEquals(hu, cases[0]!.scan.hu);
    assertEquals(labels, cases[0]!.scan.labels);
  }
});

Deno.test("renderPhantom() has tumour on 10 to 30 % of the slices that show lung, in most patients and on average", () => {
  const coarse = { ...phantomLung1, matrix: 64 };
  const shares = Array.from({ length: 24 }, (_, i) => {
    const { scan } = render(coarse, i + 1);
    const kept = [...Array(scan.shape[0]).keys()]
      .filter((slice) => count(scan, slice, [1, 2]) > 0.02 * scan.shape[1] * scan.shape[2]);
    return kept.filter((slice) => count(scan, slice, [2]) > 0).length / kept.length;
  });
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  assert(mean > 0.1 && mean < 0.3, `${mean} on average`);
  assert(shares.filter((share) => share > 0.1 && share < 0.3).length > 0.66 * shares.length, shares.join());
});

Deno.test("renderPhantom() keeps lungs on more than 2 % of 150 to 260 mm of slices, without a gap", () => {
  for (const { scan, patient } of cases) {
    const [slices, rows, columns] = scan.shape;
    const kept = Array.from({ length: slices }, (_, slice) => slice)
      .filter((slice) => count(scan, slice, [1, 2]) > 0.02 * rows * columns);
    const name = patient.record.patient;
    const height = kept.length * scan.affine[10];
    assert(height > 150 && height < 260, `${name}: ${height} mm`);
    assertEquals(kept.at(-1)! - kept[0]! + 1, kept.length, name);
    assert(kept[0]! > 0 && kept.at(-1)! < slices - 1, `${name}: the lungs are cut off`);
  }
});

Deno.test("renderPhantom() has the HU of air, lung, fat, muscle and bone where they belong", () => {
  for (const { scan, patient } of cases) {
    const { hu, labels, shape: [slices, rows, columns] } = scan;
    const name = patient.record.patient;
    assert(hu.every((value) => value >= -1024 && value <= 3071), name);
    const share = (low: number, high: number) => hu.filter((value) => value >= low && value < high).length / hu.length;
    // LUNG1-001 and -003: 22 and 24 % at -1024; 9 % fat; 12 and 14 % soft tissue; 0.4 and 0.9 % bone.
    assert(share(-200, -20) > 0.03, `${name}: fat`);
    assert(share(-20, 120) > 0.08, `${name}: soft tissue`);
    assert(share(400, 3072) > 0.003 && share(400, 3072) < 0.02, `${name}: bone`);
    const lung = hu.filter((_, i) => labels[i] === 1).sort();
    const median = lung[lung.length >> 1]!;
    assert(median > -930 && median < -740, `${name}: lung ${median} HU`);
    for (let slice = 0; slice < slices; slice += 10) {
      for (const corner of [0, columns - 1, (rows - 1) * columns, rows * columns - 1]) {
        assertEquals(hu[slice * rows * columns + corner], -1024, `${name}: outside the field of view`);
      }
    }
  }
});

Deno.test("renderPhantom() puts a tumour of the drawn volume into the chest", () => {
  for (const { scan, patient } of cases) {
    const { labels, hu, shape: [slices, rows, columns] } = scan;
    const name = patient.record.patient;
    const voxels = [...labels.keys()].filter((i) => labels[i] === 2);
    // Satellites add to it; ribs that the tumour reaches take away.
    const ratio = voxels.length * voxelVolume(scan) / patient.tumour.volume;
    assert(ratio > 0.8 && ratio < 1.25, `${name}: ${ratio} of the volume`);

    const lungOn = (slice: number) => count(scan, slice, [1]) > 0;
    for (const voxel of voxels) {
      const slice = Math.floor(voxel / (rows * columns));
      const near = [slice, slice - 5, slice + 5].filter((z) => z >= 0 && z < slices);
      assert(near.some(lungOn), `${name}: tumour far from the lungs`);
    }
    const mean = voxels.reduce((sum, i) => sum + hu[i]!, 0) / voxels.length;
    // Ground glass of -440 HU, a third of it necrotic, to solid tissue with contrast.
    assert(mean > -600 && mean < 150, `${name}: tumour of ${mean} HU`);
  }
});

/** One patient with these properties in place of those drawn. */
function renderWith(properties: Partial<PhantomPatient["tumour"]>): PhantomScan {
  const spec: PhantomSpec = { ...half(phantomLung1), contrast: { share: 0, enhancement: [0, 0] } };
  const patient = drawPatient(spec, 42, 1);
  const radius = 25;
  const tumour = { ...patient.tumour, radius, volume: 4 / 3 * Math.PI * radius ** 3, density: 0, necrosis: 0.01 };
  return renderPhantom(spec, 42, { ...patient, tumour: { ...tumour, spiculation: 0.3, ...properties } });
}

/** Mean HU of the tumour and the share of it that is darker than a value; not at its edge, where voxels are mixed. */
function insideTumour({ hu, labels, shape: [, rows, columns] }: PhantomScan, below = -Infinity) {
  const steps = [1, -1, columns, -columns, 2, -2, 2 * columns, -2 * columns, rows * columns, -rows * columns];
  const inside = hu.filter((_, i) => labels[i] === 2 && steps.every((step) => labels[i + step] === 2));
  return {
    mean: inside.reduce((sum, value) => sum + value, 0) / inside.length,
    darker: inside.filter((value) => value < below).length / inside.length,
  };
}

Deno.test("renderPhantom() shows the tumour's density", () => {
  for (const density of [-400, -200, 0]) {
    // 1 % of it is necrotic.
    assertAlmostEquals(insideTumour(renderWith({ density })).mean, density, 12);
  }
});

Deno.test("renderPhantom() shows as much necrosis as was drawn, as darker patches on all of the tumour's slices", () => {
  for (const necrosis of [0.1, 0.3, 0.55]) {
    // Half way between vital and necrotic.
    assertAlmostEquals(insideTumour(renderWith({ necrosis }), -80).darker, necrosis, 0.07);
  }
  const scan = renderWith({ necrosis: 0.55 });
  const [slices, rows, columns] = scan.shape;
  for (let slice = 0; slice < slices; slice++) {
    const range = [slice * rows * columns, (slice + 1) * rows * columns] as const;
    const labels = scan.labels.subarray(...range);
    const tumour = scan.hu.subarray(...range).filter((_, i) => labels[i] === 2);
    if (tumour.length < 40) continue;
    const dark = tumour.filter((value) => value < -80).length / tumour.length;
    assert(dark > 0.2 && dark < 0.95, `${dark} of slice ${slice}`);
  }
});

Deno.test("renderPhantom() shows a spiculated margin as strands into the lung", () => {
  const strands = (spiculation: number) => {
    const { hu, labels } = renderWith({ spiculation });
    return hu.filter((value, i) => labels[i] === 1 && value > -450).length;
  };
  assert(strands(0.95) > strands(0.03) + 50);
});

Deno.test("renderPhantom() shows what the tumour is like on its own slices and nowhere else", () => {
  const [one, other] = [
    renderWith({ density: -400, necrosis: 0.05, spiculation: 0.05 }),
    renderWith({ density: 30, necrosis: 0.55, spiculation: 0.95 }),
  ];
  const [slices, rows, columns] = one.shape;
  assertEquals(other.shape, one.shape);
  let shown = 0;
  for (let slice = 0; slice < slices; slice++) {
    const isTumour = count(one, slice, [2]) + count(other, slice, [2]) > 0;
    const differs = one.hu.subarray(slice * rows * columns, (slice + 1) * rows * columns)
      .some((value, i) => value !== other.hu[slice * rows * columns + i]);
    if (isTumour) shown += differs ? 1 : 0;
    else assert(!differs, `slice ${slice} shows it without tumour`);
  }
  assert(shown >= 14);
});

Deno.test("renderPhantom() has the scanner's spacing, noise and couch", () => {
  const [lung1, xio, claro] = [cases[0]!.scan, cases[1]!.scan, cases[5]!.scan];
  assertEquals([lung1.affine[0], lung1.affine[10]], [500 / 128, 3]);
  assertEquals([xio.affine[0], xio.affine[10]], [512 * 0.977 / 128, 3]);
  assertEquals([claro.affine[0], claro.affine[10]], [430 / 128, 2.5]);
  // The field of view is centred on the scanner's axis.
  for (const { affine, shape } of [lung1, xio, claro]) {
    assertAlmostEquals(affine[3] + (shape[2] - 1) / 2 * affine[0], 0, 1e-9);
  }
});
