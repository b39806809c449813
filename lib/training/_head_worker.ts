import { serveOrders } from "@ctsurv/base/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { type HeadTrainer, headTrainer, type HeadTrainerOptions, type TrainedHead } from "./head_trainer.ts";
import type { TrainingOf } from "./trainer.ts";

/** A message of `parallelHeadTrainer`: train a head on these patients. */
export interface HeadOrder {
  /** Sizes of the head; the same in every message. */
  readonly shape: SurvivalHeadShape;
  /** How to train; the same in every message. */
  readonly options: Omit<HeadTrainerOptions, "initialise">;
  /** The patients to train on. */
  readonly patients: readonly TrainingPatient[];
  /** The fold of a cross-validation. */
  readonly of?: TrainingOf;
}

let trainer: HeadTrainer | undefined;

serveOrders(({ shape, options, patients, of }: HeadOrder, note): Promise<TrainedHead> => {
  trainer ??= headTrainer(onnxEngine({ threads: 1 }), shape, options);
  return trainer.train(patients, (epoch, loss) => note([epoch, loss]), of);
});
