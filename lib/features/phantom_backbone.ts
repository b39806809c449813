import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { fileExists, InputError, sha256File } from "@ctsurv/base/mod.ts";
import { type HostTensor, isSpec, leaves, type Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, efficientNetB0 } from "@ctsurv/nn/mod.ts";
import {
  encodeSafetensors,
  loadPretrained,
  matchNetwork,
  openCheckpoint,
  refuseBadNumbers,
} from "@ctsurv/weights/mod.ts";

/** The EfficientNet-B0 that this project trained on phantoms and ships. */
export const phantomWeights: URL = new URL(
  "../../data/backbone/efficientnet_b0_phantom.safetensors",
  import.meta.url,
);

/** The names of the networks whose phantom weights are shipped. The others stay seeded. */
export const phantomTrained: readonly string[] = [efficientNetB0.name];

/**
 * Encodes an EfficientNet-B0 without its classifier as a safetensors file in float16, under torchvision's names: 8 MB.
 *
 * @param metadata Texts for the header of the file.
 * @throws {InputError} If a number is beyond float16, 65504, or a variance rounds to 0.
 */
export function encodePhantomBackbone(
  parameters: Tree<HostTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const trunk = leaves(parameters, isSpec as (node: unknown) => node is HostTensor)
    .filter(({ path }) => !path.startsWith("classifier."));
  return encodeSafetensors(
    new Map(trunk.map(({ path, value: { shape, data } }) => {
      const half = Float16Array.from(data as Float32Array);
      refuseBadNumbers(Float32Array.from(half), path, "float16");
      if (path.endsWith(".running_var") && half.includes(0)) {
        throw new InputError(`${path}: a variance rounds to 0 in float16. Train with another seed`);
      }
      return [path, { shape, data: half }];
    })),
    metadata,
  );
}

/**
 * EfficientNet-B0 with the weights that this project trained on phantoms. It was taught the tissue that survival depends
 * on in these phantoms: it shows that a head recovers what features contain, and says nothing about EfficientNet or
 * ImageNet.
 *
 * @param path A file of such weights. Default: the shipped one.
 * @throws {InputError} If the file is missing, damaged, or of another network.
 *
 * @example
 * ```ts
 * import { phantomBackbone } from "@ctsurv/ctsurv/features";
 * import { assertEquals } from "@std/assert";
 *
 * const { architecture, source } = await phantomBackbone();
 * assertEquals([architecture.title, source.kind], ["EfficientNetB0", "phantom"]);
 * ```
 */
export async function phantomBackbone(path: string = shippedPath()): Promise<Backbone> {
  if (!await fileExists(path)) throw new InputError(`${path}: no such file. "ctsurv train-backbone" makes it`);
  using checkpoint = await openCheckpoint(path);
  const { entry } = matchNetwork(checkpoint);
  const { parameters, absent } = await loadPretrained(efficientNetB0, { path, entry });
  return {
    architecture: efficientNetB0,
    parameters,
    absent,
    source: { kind: "phantom", file: basename(path), sha256: await sha256File(path) },
  };
}

function shippedPath(): string {
  if (phantomWeights.protocol === "file:") return fileURLToPath(phantomWeights);
  throw new InputError(
    "The phantom weights are read from a checkout of this project, and the library was loaded from elsewhere. Set " +
      "CTSURV_WEIGHTS=seeded, or name a copy of efficientnet_b0_phantom.safetensors",
  );
}
