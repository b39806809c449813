import { InputError } from "@ctsurv/base/mod.ts";
import { alexNet } from "./alexnet.ts";
import type { BackboneArchitecture } from "./backbone.ts";
import { efficientNetB0 } from "./efficientnet_b0.ts";
import { resNet3d18 } from "./resnet3d_18.ts";
import { resNet50 } from "./resnet50.ts";
import { vgg16 } from "./vgg16.ts";
import { vitB16 } from "./vit_b_16.ts";

/** Every backbone of the study by its name, such as `efficientnet_b0`. */
export const backbones: Readonly<Record<string, BackboneArchitecture>> = Object.fromEntries(
  [efficientNetB0, resNet50, vgg16, alexNet, vitB16, resNet3d18].map((
    architecture,
  ) => [architecture.name, architecture]),
);

/**
 * Finds a backbone by its name.
 *
 * @example
 * ```ts
 * import { findBackbone } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const { title, features, input } = findBackbone("r3d_18");
 * assertEquals([title, features, input], ["ResNet3d-18", 512, "volume"]);
 * ```
 *
 * @throws {InputError} If there is none.
 */
export function findBackbone(name: string): BackboneArchitecture {
  const found = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!found) throw new InputError(`Unknown backbone "${name}": choose one of ${Object.keys(backbones).join(", ")}`);
  return found;
}
