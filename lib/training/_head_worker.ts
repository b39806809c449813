import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { serveOrders } from "@ctsurv/base/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { type HeadTrainer, headTrainer, type HeadTrainerOptions, type TrainedHead } from "./head_trainer.ts";

/** What `parallelHeadTrainer` sends: whom to train a head on, and how, which is the same each time. */
export interface HeadOrder {
  readonly shape: SurvivalHeadShape;
  readonly options: Omit<HeadTrainerOptions, "initialise">;
  readonly patients: readonly TrainingPatient[];
}

let trainer: HeadTrainer | undefined;

serveOrders(({ shape, options, patients }: HeadOrder, note): Promise<TrainedHead> => {
  trainer ??= headTrainer(onnxEngine({ threads: 1 }), shape, options);
  return trainer.train(patients, (epoch, loss) => note([epoch, loss]));
});
