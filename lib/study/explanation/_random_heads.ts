import { memoise } from "@ctsurv/base/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { initialHead, type SurvivalHead, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { absorbScaling, scalingFor } from "@ctsurv/training/mod.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { shapeFor, trainingFor } from "../study_trainer.ts";

/**
 * Draws heads as a training begins with: by the protocol's initialisation, with the scale of the features absorbed. Each number
 * is another head; a head that was drawn before is the same object.
 */
export function randomHeads(
  { profile, protocol }: Pick<Study, "profile" | "protocol">,
  features: StudyFeatures,
): (number: number) => SurvivalHead<HostTensor> {
  const spec = survivalHeadSpec(shapeFor({ protocol }, features, {}));
  const { initialisation = "pytorch", scaleFeatures } = trainingFor({ profile, protocol }, features, {});
  const scaling = scalingFor(features.patients, scaleFeatures);
  const { get } = memoise((number: number) => {
    // The training's own seed is that of the head that was trained.
    const head = initialHead(spec, protocol.choices.seed + 1 + number, initialisation);
    return scaling ? { ...head, embedding: absorbScaling(head.embedding, scaling) } : head;
  });
  return get;
}
