import { serveOrders } from "@ctsurv/base/mod.ts";
import { drawTrainingSlices } from "./_training_slices.ts";

/** What a thread is asked for: one group of slices. */
export interface SliceOrder {
  readonly seed: number;
  readonly chunk: number;
}

serveOrders(
  ({ seed, chunk }: SliceOrder) => drawTrainingSlices(seed, chunk),
  ({ input, truth }) => [input.buffer, truth.buffer] as Transferable[],
);
