import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { Study } from "./study.ts";
import type { StudyFeatures } from "./study_features.ts";
import type { StudyHeadOptions } from "./study_trainer.ts";

/**
 * The heads from which a target's trainings go on, as the protocol's choice `transfer` has it: `one-head`, the given one,
 * which was trained on all patients of the source; or `fold-matched`, in fold k the head that fold k of a
 * cross-validation on the source leaves, as in the authors' code. Source and target have as many folds, those of the
 * profile.
 *
 * @param head Trained on all patients of the source.
 * @returns Options of the target's `crossValidate`.
 */
export async function transferStart(
  source: Study,
  features: StudyFeatures,
  head: SurvivalHead<HostTensor>,
): Promise<Pick<StudyHeadOptions, "start" | "starts">> {
  if (source.protocol.choices.transfer === "one-head") return { start: head };
  const starts: SurvivalHead<HostTensor>[] = [];
  await source.crossValidate(features, { title: "Heads of the source", onHead: (fold, own) => starts[fold - 1] = own });
  return { starts };
}
