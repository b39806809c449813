import type { PhantomSpec } from "./phantom_spec.ts";

/**
 * Modelled on CLARO, the cohort of the transfer experiment: stage III only, one scanner with a smaller field of view,
 * thinner slices, less noise through a softer kernel, a curved couch, and contrast in every scan. The effect of the tumour
 * is that of `phantomLung1`, far stronger than in any real cohort, so that what is learnt there is worth transferring and
 * a few dozen patients show it: the best reachable Ctd of seed 42 is 0.943 for 48 patients, 0.946 for 96 and 0.942 for
 * 415, and tumour volume alone reaches 0.89.
 */
export const phantomClaro: PhantomSpec = {
  name: "phantom-claro",
  version: 2,
  idPrefix: "CLARO",
  matrix: 256,
  effect: 6,
  medianRadius: 28,
  stages: "III",
  contrast: { share: 1, enhancement: [130, 220] },
  scanners: [
    {
      dialect: "siemens",
      fieldOfView: 430,
      sliceSpacing: 2.5,
      noise: [6, 11],
      blur: 0.22,
      offset: 8,
      couch: "curved",
    },
  ],
};
