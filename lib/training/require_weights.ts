import { InputError } from "@ctsurv/common/mod.ts";
import { findPretrained, type Pretrained } from "@ctsurv/weights/mod.ts";
import type { Profile } from "./profile.ts";
import { selectedWeights } from "./selected_weights.ts";

/**
 * Finds the weights that a run will need, where it needs pretrained ones, before it spends hours on anything else.
 *
 * @param backbones Names of architectures.
 * @param weights What the profile asks for; `CTSURV_WEIGHTS` overrides it.
 * @returns One per backbone; none if they are seeded.
 * @throws {InputError} If some are missing or damaged: all of them at once, and how to get each.
 */
export async function requireWeights(
  backbones: readonly string[],
  weights: Profile["weights"],
): Promise<readonly Pretrained[]> {
  if (selectedWeights(weights) === "seeded") return [];
  const found: Pretrained[] = [], problems: string[] = [];
  for (const name of backbones) {
    try {
      found.push(await findPretrained(name));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length === 0) return found;
  throw new InputError(
    `${problems.join(".\n")}. Or set CTSURV_WEIGHTS=seeded to run with weights that were never trained; the results ` +
      "are then not those of the paper's experiment",
  );
}
