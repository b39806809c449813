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
 * 256 x 256, where LUNG1 has 512 x 512: a quarter of the time and disk, and pixels of 1.95 mm still put nine across the
 * smallest tumour.
 *
 * The effect is far stronger than in any real cohort, and the tumours larger and more varied: chosen so that untrained
 * features and a few dozen patients show a clear signal. With effect 6 the best reachable Ctd of seed 42 is 0.949 for 48
 * patients, 0.948 for 96 and 0.944 for 415 (0.91 to 0.98, 0.90 to 0.96 and 0.93 to 0.95 over 40 seeds), and tumour volume
 * alone reaches 0.89. In real cohorts volume reaches about 0.6, which a few dozen patients would seldom tell from chance:
 * a Ctd on phantoms shows that the pipeline works, and says nothing about patients.
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
