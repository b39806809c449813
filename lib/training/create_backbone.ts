import { InputError } from "@ctsurv/common/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import type { Profile } from "./profile.ts";

/** Options of {@linkcode createBackbone}. */
export interface CreateBackboneOptions {
  /** What the profile asks for; the environment variable `CTSURV_WEIGHTS` overrides it. @default {"seeded"} */
  readonly weights?: Profile["weights"];
  /** @default {42} */
  readonly seed?: number;
}

/**
 * A frozen backbone by name, with weights from a seed.
 *
 * @throws {InputError} If there is no backbone of that name, or pretrained weights are asked for: they cannot be read
 * yet, and seeded ones in their place would be another experiment.
 */
export async function createBackbone(
  name: string,
  engine: Engine,
  { weights = "seeded", seed = 42 }: CreateBackboneOptions = {},
): Promise<Backbone> {
  const architecture = findBackbone(name);
  const asked = Deno.env.get("CTSURV_WEIGHTS") || weights;
  if (asked === "pretrained") {
    throw new InputError(
      `${architecture.title} is to have pretrained weights, which ctsurv cannot read yet. Set CTSURV_WEIGHTS=seeded to ` +
        "run with weights that were never trained; the results are then not those of the paper's experiment",
    );
  }
  if (asked !== "seeded") {
    throw new InputError(`Unknown weights "${asked}" (CTSURV_WEIGHTS): choose seeded or pretrained`);
  }
  return await seededBackbone(architecture, engine, { seed });
}
