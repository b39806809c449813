import { serveOrders } from "@ctsurv/base/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { type FittedHead, type HeadTrainer, headTrainer, type HeadTrainerOptions } from "./head_trainer.ts";
import type { TrainingPatient } from "./patient.ts";

/** What `parallelHeadTrainer` sends: whom to fit a head on, and how, which is the same each time. */
export interface HeadOrder {
  readonly shape: SurvivalHeadShape;
  readonly options: Omit<HeadTrainerOptions, "initialise">;
  readonly patients: readonly TrainingPatient[];
}

let trainer: HeadTrainer | undefined;

serveOrders(({ shape, options, patients }: HeadOrder, note): Promise<FittedHead> => {
  trainer ??= headTrainer(onnxEngine({ threads: 1 }), shape, options);
  return trainer.fit(patients, (epoch, loss) => note([epoch, loss]));
});
