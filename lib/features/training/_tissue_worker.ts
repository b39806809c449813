import { serveOrders } from "@ctsurv/base/mod.ts";
import { drawTissueSlices } from "./_tissue_slices.ts";

/** What a thread is asked for: the crops of one phantom. */
export interface TissueOrder {
  readonly seed: number;
  readonly chunk: number;
}

serveOrders(
  ({ seed, chunk }: TissueOrder) => drawTissueSlices(seed, chunk),
  ({ input, truth }) => [input.buffer, truth.buffer] as Transferable[],
);
