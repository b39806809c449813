import type { PhantomScanner, PhantomSpec } from "./phantom_spec.ts";

const siemens: PhantomScanner = {
  dialect: "siemens",
  fieldOfView: 500,
  sliceSpacing: 3,
  noise: [9, 17],
  blur: 0.14,
  offset: 0,
  couch: "flat",
};

/**
 * Modelled on LUNG1: 3 mm slices over a 500 mm field of view from Siemens scanners, some by way of the XiO planning
 * system, whose pixels are 0.977 mm where Siemens's are 0.9765625.
 *
 * 256 x 256, where LUNG1 has 512 x 512: a quarter of the time and disk, and pixels of 1.95 mm still put six across the
 * smallest tumour. Effect 1.5 puts the best reachable Ctd near 0.79. In real cohorts tumour volume reaches about 0.6; with
 * the few dozen patients of a workshop that would seldom be told from chance.
 */
export const phantomLung1: PhantomSpec = {
  name: "phantom-lung1",
  version: 2,
  idPrefix: "PHANTOM",
  matrix: 256,
  effect: 6,
  medianRadius: 28,
  stages: "I-III",
  contrast: { share: 0.5, enhancement: [80, 150] },
  scanners: [siemens, { ...siemens, dialect: "xio", fieldOfView: 512 * 0.977 }],
};
