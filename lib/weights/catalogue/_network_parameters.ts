import { isSpec, leaves, type TensorSpec, type Tree } from "@ctsurv/engine/mod.ts";
import { backbones, belongsTo, r231Shape, uNetSpec } from "@ctsurv/nn/mod.ts";

/** The parameters of a network: name -> shape, as in PyTorch's state dict. */
export interface NetworkParameters {
  /** All but those of the classifier: what features are computed with. */
  readonly trunk: ReadonlyMap<string, readonly number[]>;
  /** Those of the classifier; features do without it, and others have other classes. */
  readonly classifier: ReadonlyMap<string, readonly number[]>;
  /** The modules that the classifier is made of, such as `fc`. */
  readonly classifierModules: readonly string[];
}

const KNOWN = new Map<string, NetworkParameters>();

/** The parameters of an architecture of the catalogue. */
export function networkParameters(architecture: string): NetworkParameters {
  const known = KNOWN.get(architecture) ?? describe(architecture);
  KNOWN.set(architecture, known);
  return known;
}

function describe(architecture: string): NetworkParameters {
  const backbone = backbones[architecture];
  const spec = backbone ? backbone.spec() : uNetSpec(r231Shape) as unknown as Tree<TensorSpec>;
  const layers = backbone?.classifier.map(({ name }) => name) ?? [];
  const trunk = new Map<string, readonly number[]>(), classifier = new Map<string, readonly number[]>();
  for (const { path, value } of leaves(spec, isSpec)) {
    (layers.some((layer) => belongsTo(path, layer)) ? classifier : trunk).set(path, value.shape);
  }
  const classifierModules = [...new Set([...classifier.keys()].map((name) => name.split(".")[0]!))];
  return { trunk, classifier, classifierModules };
}
