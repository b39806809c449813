import { InputError } from "@ctsurv/common/mod.ts";
import type { Profile } from "./profile.ts";

/**
 * Which weights backbones get: what the environment variable `CTSURV_WEIGHTS` says, else what is asked for.
 *
 * @throws {InputError} If the variable says something else.
 */
export function selectedWeights(asked: Profile["weights"]): Profile["weights"] {
  const selected = Deno.env.get("CTSURV_WEIGHTS") || asked;
  if (selected === "seeded" || selected === "pretrained") return selected;
  throw new InputError(`Unknown weights "${selected}" (CTSURV_WEIGHTS): choose seeded or pretrained`);
}
