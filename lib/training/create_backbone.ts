import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import { recogniseWeights } from "@ctsurv/weights/mod.ts";
import { pretrainedBackbone } from "./pretrained_backbone.ts";
import type { Profile } from "./profile.ts";
import { requireWeights } from "./require_weights.ts";

/** Options of {@linkcode createBackbone}. */
export interface CreateBackboneOptions {
  /** What the profile asks for; the environment variable `CTSURV_WEIGHTS` overrides it. @default {"seeded"} */
  readonly weights?: Profile["weights"];
  /** Weights of this file, whatever `weights` and `CTSURV_WEIGHTS` say. */
  readonly file?: string;
  /** @default {42} */
  readonly seed?: number;
}

/**
 * A frozen backbone by name, with weights from a seed, or pretrained ones.
 *
 * @throws {InputError} If there is no backbone of that name, or its pretrained weights are asked for and are not there,
 * damaged, or of another network: seeded ones in their place would be another experiment.
 */
export async function createBackbone(
  name: string,
  engine: Engine,
  { weights = "seeded", file, seed = 42 }: CreateBackboneOptions = {},
): Promise<Backbone> {
  const architecture = findBackbone(name);
  if (file !== undefined) return await pretrainedBackbone(architecture, await recogniseWeights(file));
  const [pretrained] = await requireWeights([name], weights);
  return pretrained
    ? await pretrainedBackbone(architecture, pretrained)
    : await seededBackbone(architecture, engine, { seed });
}
