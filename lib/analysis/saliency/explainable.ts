import { InputError } from "@ctsurv/base/mod.ts";
import type { BackboneArchitecture, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import type { SurvivalLossName } from "@ctsurv/survival/mod.ts";

/** What decides whether maps and risk gradients exist: a `SurvivalModel` has all of it. */
export interface ToExplain {
  /** The network of the slices. @default {not looked at} */
  readonly backbone?: { readonly architecture: Pick<BackboneArchitecture, "title" | "input"> };
  /** Whether the head takes clinical covariates too. @default {it takes none} */
  readonly shape?: Pick<SurvivalHeadShape, "clinical">;
  /** The loss of the training. @default {"deephit"} */
  readonly loss?: SurvivalLossName;
}

/**
 * Refuses models whose predictions cannot be explained, before a scan is read for them.
 *
 * @example
 * ```ts
 * import { checkExplainable } from "@ctsurv/ctsurv/analysis";
 * import { efficientNetB0, resNet3d18 } from "@ctsurv/ctsurv/nn";
 * import { assertThrows } from "@std/assert";
 *
 * checkExplainable({ backbone: { architecture: efficientNetB0 }, loss: "deephit" });
 * assertThrows(() => checkExplainable({ loss: "cox" }), Error, "trained with the loss cox");
 * assertThrows(() => checkExplainable({ backbone: { architecture: resNet3d18 } }), Error, "one volume");
 * ```
 *
 * @throws {InputError} If the network sees volumes, the head takes clinical covariates too, or its loss is not DeepHit's.
 */
export function checkExplainable({ backbone, shape, loss = "deephit" }: ToExplain): void {
  if (backbone?.architecture.input === "volume") {
    throw new InputError(
      `${backbone.architecture.title} sees all slices as one volume, and has no map of each. Explain a network of slices, ` +
        "such as efficientnet_b0",
    );
  }
  if (shape?.clinical) {
    throw new InputError("The risk of CT and clinical data together is not explained: take a model of the CT alone");
  }
  if (loss !== "deephit") {
    throw new InputError(
      `Maps explain the log odds of death by DeepHit's logits, and this head was trained with the loss ${loss}, whose ` +
        "outputs mean something else. Explain a head that was trained with loss=deephit",
    );
  }
}
