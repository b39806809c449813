import type { ChoiceName, Choices } from "./choices.ts";

/**
 * Values that have a name and no code yet. A study refuses them, so that no result claims one that it was not made with.
 * Whoever builds one takes it out of this list.
 */
export const notBuilt: { readonly [Name in ChoiceName]?: readonly Choices[Name][] } = {
  intensities: ["z-score"],
  trunkMode: ["training"],
  sliceOrder: ["head-to-feet"],
  lastBatch: ["drop"],
  schedule: ["cosine", "warm-up-restarts"],
  selection: ["validation"],
  ctd: ["authors"],
  transfer: ["fold-matched"],
};

/** Numbers whose other values than this one have no code yet. */
export const onlyBuiltFor: { readonly [Name in ChoiceName]?: Choices[Name] } = {
  embeddingDropout: 0,
  gradientClipping: 0,
};
