import { InputError } from "@ctsurv/base/mod.ts";
import type { ExternalFeatures } from "@ctsurv/features/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";

/**
 * What stands for the backbone of features that another program made: its name and the number of its features. The
 * network itself is not here, and whatever asks for it is refused.
 *
 * @param folder Where the features lie.
 */
export function externalBackbone(
  { name, width, hash, isPerSlice }: Pick<ExternalFeatures, "name" | "width" | "hash" | "isPerSlice">,
  { slug, folder }: { readonly slug: string; readonly folder: string },
): Backbone {
  const refuse = (): never => {
    throw new InputError(
      `${name} are features from a folder, without the network that made them: cross-validate takes them, but nothing that ` +
        "needs scans or trains the final block (choose tune=final-layer)",
    );
  };
  return {
    architecture: {
      name: slug,
      title: name,
      input: isPerSlice ? "slice" : "volume",
      features: width,
      penultimateFeatures: width,
      size: 0,
      smallest: 0,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      finalBlock: [],
      stages: [],
      classifier: [],
      initialise: refuse,
      spec: refuse,
      from: refuse,
      trunk: refuse,
      fromCut: refuse,
      averagesMaps: false,
      forwardMaps: refuse,
      forwardFeatures: refuse,
      penultimate: refuse,
      logits: refuse,
    },
    parameters: {},
    source: { kind: "external", file: folder, sha256: hash },
  };
}
