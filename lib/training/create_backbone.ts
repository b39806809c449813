import { InputError } from "@ctsurv/common/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import { findPretrained, recogniseWeights } from "@ctsurv/weights/mod.ts";
import { pretrainedBackbone } from "./pretrained_backbone.ts";
import type { Profile } from "./profile.ts";

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
  const asked = Deno.env.get("CTSURV_WEIGHTS") || weights;
  if (asked === "pretrained") return await pretrainedBackbone(architecture, await findOrAdvise(name));
  if (asked !== "seeded") {
    throw new InputError(`Unknown weights "${asked}" (CTSURV_WEIGHTS): choose seeded or pretrained`);
  }
  return await seededBackbone(architecture, engine, { seed });
}

async function findOrAdvise(name: string) {
  try {
    return await findPretrained(name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `${error.message}. Or set CTSURV_WEIGHTS=seeded to run with weights that were never trained; the results are then ` +
        "not those of the paper's experiment",
    );
  }
}
