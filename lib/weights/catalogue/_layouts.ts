import { sha256 } from "@ctsurv/base/mod.ts";
import { type NamedShape, renamed } from "../load_weights.ts";
import type { Checkpoint } from "../open_checkpoint.ts";
import { CATALOGUE } from "./catalogue.ts";
import type { PretrainedFile } from "./pretrained_file.ts";

/** {@linkcode layoutOf} the whole network of each architecture, including the classifier. */
export const layouts: Readonly<Record<string, string>> = {
  efficientnet_b0: "21e7e9ff380f8deb",
  resnet50: "834b317fd284739e",
  vgg16: "6affa9f2de80a182",
  alexnet: "ebef05ab0013ba9b",
  vit_b_16: "5fa9b8895f3b42de",
  r3d_18: "75dfbe50c8f41338",
  unet_r231: "e290175d25965802",
};

/** A hash of names and shapes. It is equal for two files that fit the same network. */
export function layoutOf(tensors: Iterable<NamedShape>): string {
  return sha256([...tensors].map(({ name, shape }) => `${name} [${shape}]`).sort().join("\n")).slice(0, 16);
}

/** Whether a file has the names and shapes of an entry's network, under the entry's map of names. */
export function hasLayout(checkpoint: Checkpoint, entry: PretrainedFile): boolean {
  return layoutOf(renamed(checkpoint, entry).values()) === layouts[entry.architecture];
}

/** The first entry whose network and names a file has. Files with the same layout can only be told apart by their hash. */
export function findByLayout(checkpoint: Checkpoint): PretrainedFile | undefined {
  return CATALOGUE.find((entry) => hasLayout(checkpoint, entry));
}
