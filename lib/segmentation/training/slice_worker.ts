import { drawTrainingSlices, type TrainingSlices } from "./training_slices.ts";

/** What a thread is asked for: one group of slices. */
export interface SliceOrder {
  readonly seed: number;
  readonly chunk: number;
}

/** What comes back: the slices, or why there are none. */
export type SliceReply = TrainingSlices | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<SliceOrder>) => void;
  postMessage(reply: SliceReply, transfer?: readonly Transferable[]): void;
};

scope.onmessage = ({ data: { seed, chunk } }) => {
  try {
    const slices = drawTrainingSlices(seed, chunk);
    scope.postMessage(slices, [slices.input.buffer, slices.truth.buffer] as Transferable[]);
  } catch (error) {
    scope.postMessage({ error: (error as Error).stack ?? String(error) });
  }
};
