import type { ImageFeatureExtractor } from "../feature_extractor.ts";

/** Keeps the extractor for the number of slices that was last asked for, since each holds all weights. */
export function latestSession(ready: (depth: number) => Promise<ImageFeatureExtractor>) {
  let current: { readonly depth: number; readonly extractor: ImageFeatureExtractor } | undefined;
  return {
    async of(depth: number): Promise<ImageFeatureExtractor> {
      if (current?.depth === depth) return current.extractor;
      await current?.extractor.dispose();
      current = { depth, extractor: await ready(depth) };
      return current.extractor;
    },
    dispose: async () => await current?.extractor.dispose(),
  };
}
