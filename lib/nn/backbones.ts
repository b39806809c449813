import { InputError } from "@ctsurv/common/mod.ts";
import type { BackboneArchitecture } from "./backbone.ts";
import { efficientNetB0 } from "./efficientnet_b0.ts";

/** Every backbone, by name. */
export const backbones: Readonly<Record<string, BackboneArchitecture>> = Object.fromEntries(
  [efficientNetB0].map((architecture) => [architecture.name, architecture]),
);

/**
 * The backbone of that name.
 *
 * @throws {InputError} If there is none.
 */
export function findBackbone(name: string): BackboneArchitecture {
  const found = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!found) throw new InputError(`Unknown backbone "${name}": choose one of ${Object.keys(backbones).join(", ")}`);
  return found;
}
