import { createBackbone } from "@ctsurv/features/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";

/**
 * Backbones of one engine, of which the latest is kept: seeded weights take seconds to draw and calibrate, and a study
 * asks for the same ones again and again. No more than one, since ViT and VGG16 are large.
 */
export function latestBackbone(): typeof createBackbone {
  let latest: { readonly key: string; readonly backbone: Backbone } | undefined;
  return async (name, engine, options = {}) => {
    const key = JSON.stringify([name, engine.description, options]);
    if (latest?.key === key) return latest.backbone;
    const backbone = await createBackbone(name, engine, options);
    latest = { key, backbone };
    return backbone;
  };
}
