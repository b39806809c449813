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

/** HU at which the bins below begin and end: the paper's window. */
const [low, high] = [-1000, 400];

/** Numbers that describe a slice. */
export const sliceFeatures = 16;

/** A phantom patient whose slices are described, and of which it is known which ones hold tumour. */
export interface TumourPatient extends TrainingPatient {
  readonly tumours: TumourExtent;
}

/**
 * Patients whose survival depends on their tumour and on nothing else.
 *
 * A slice is described by how much of it is lung of each density, in 16 bins of HU: what a trained backbone would see
 * and a never trained one sees faintly, so that a test of attention and training is not one of backbones. The lungs are
 * the phantom's own, tumour included: their segmentation has tests of its own.
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
  kept.forEach((slice, i) => {
    const inLung = inSlice(lungs, slice);
    inSlice(hu, slice).forEach((value, pixel) => {
      if (!inLung[pixel]) return;
      const bin = Math.floor(sliceFeatures * (value - low) / (high - low));
      features[i * sliceFeatures + Math.min(sliceFeatures - 1, Math.max(0, bin))]! += 1 / plane;
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
