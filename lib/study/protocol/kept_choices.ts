import { InputError } from "@ctsurv/base/mod.ts";
import type { CohortManifest } from "@ctsurv/cohort/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import type { SurvivalModel } from "@ctsurv/training/mod.ts";
import type { Choices } from "./choices.ts";
import { protocols } from "./presets.ts";
import { readoutOf } from "./settings.ts";

/** How scans become slices, if otherwise than in ctsurv 0.1, whose models say nothing about it. */
export function modelPreprocessing(
  { interpolation, interior }: Choices,
  { leastLung }: Pick<CohortManifest, "leastLung">,
): Pick<SurvivalModel, "preprocessing"> {
  const isUsual = interpolation === protocols.paper.interpolation && interior === protocols.paper.interior;
  if (isUsual && leastLung === undefined) return {};
  return {
    preprocessing: { interpolation, interior, ...leastLung !== undefined && { leastLungVolume: leastLung } },
  };
}

/** Choices that a model's file has no place for, so that `predict` would make them otherwise. */
const UNKEPT = ["intensities", "readout", "trunkMode", "sliceOrder"] as const;

/**
 * Refuses choices that a model's file has no place for.
 *
 * @throws {InputError} With the choice, and what to choose.
 */
export function refuseUnkept(choices: Choices, architecture: BackboneArchitecture): void {
  const unkept = UNKEPT.find((name) =>
    name === "readout" ? readoutOf(choices, architecture) !== "features" : choices[name] !== protocols.paper[name]
  );
  if (unkept === undefined) return;
  throw new InputError(
    `A model's file has no place for ${unkept}=${choices[unkept]}, so predict would do otherwise. ` +
      `Train with --set ${unkept}=${protocols.paper[unkept]}; cross-validate takes the choice`,
  );
}
