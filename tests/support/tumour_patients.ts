import type { TumourExtent } from "@ctsurv/analysis/mod.ts";
import { drawPatient, phantomLung1, type PhantomSpec, renderPhantom } from "@ctsurv/cohort/mod.ts";
import { followUp, type TrainingPatient } from "@ctsurv/features/mod.ts";
import { preprocess } from "@ctsurv/imaging/mod.ts";

/** The built-in cohort's recipe in coarse voxels, which are painted in a thirtieth of the time. */
const scanner = { ...phantomLung1.scanners[0], sliceSpacing: 9 };
const spec: PhantomSpec = { ...phantomLung1, matrix: 96, scanners: [scanner] };
const pixel = scanner.fieldOfView / spec.matrix;
const spacing = [scanner.sliceSpacing, pixel, pixel] as const;

const tumour = 2;

/** HU at which the bins begin and end: of lungs the paper's window, of tumours from ground glass to solid. */
const bins = 8;
const range = { lungs: [-1000, 400], tumour: [-700, 100] } as const;

/** Numbers that describe a slice. */
export const sliceFeatures = 2 * bins;

/** A phantom patient whose slices are described, and of which it is known which ones hold tumour. */
export interface TumourPatient extends TrainingPatient {
  readonly tumours: TumourExtent;
}

/**
 * Patients whose survival depends on their tumour and on nothing else.
 *
 * A slice is described by how much of it is lung of each density, in 8 bins of HU, and by how much of the tumour on it is
 * of each density, in another 8 that are 0 without tumour: what a backbone that was taught tissue would see and a never
 * trained one sees faintly, so that a test of attention and training is not one of backbones. The lungs are the phantom's
 * own, tumour included: their segmentation has tests of its own.
 */
export async function tumourPatients(count: number, seed: number): Promise<TumourPatient[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => describePatient(seed, i + 1)));
}

async function describePatient(seed: number, number: number): Promise<TumourPatient> {
  const patient = drawPatient(spec, seed, number);
  const { hu, labels, shape, affine } = renderPhantom(spec, seed, patient);
  const lungs = labels.map((label) => label > 0 ? 1 : 0);
  const { kept } = await preprocess({ hu, shape, spacing, affine, orientation: "LPS" }, {
    spacing,
    interpolation: "linear",
    segmenter: { name: "truth", segment: () => Promise.resolve(lungs) },
    size: 8,
  });
  const plane = shape[1] * shape[2];
  const inSlice = <A extends Int16Array | Uint8Array>(voxels: A, slice: number) =>
    voxels.subarray(slice * plane, (slice + 1) * plane) as A;
  const features = new Float32Array(kept.length * sliceFeatures);
  const binOf = (value: number, [low, high]: readonly [number, number]) =>
    Math.min(bins - 1, Math.max(0, Math.floor(bins * (value - low) / (high - low))));
  kept.forEach((slice, i) => {
    const label = inSlice(labels, slice);
    const tumourPixels = label.filter((value) => value === tumour).length;
    inSlice(hu, slice).forEach((value, pixel) => {
      if (label[pixel] === 0) return;
      features[i * sliceFeatures + binOf(value, range.lungs)]! += 1 / plane;
      if (label[pixel] === tumour) features[i * sliceFeatures + bins + binOf(value, range.tumour)]! += 1 / tumourPixels;
    });
  });
  return {
    id: patient.record.patient,
    features,
    slices: kept.length,
    followUp: followUp(patient.record),
    tumours: kept.flatMap((slice, i) => inSlice(labels, slice).includes(tumour) ? [[i, i] as const] : []),
  };
}
