import { createRandom } from "@ctsurv/base/mod.ts";

/** Options of {@linkcode runEpochs}. */
export interface EpochOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** For the order of patients. */
  readonly seed: number;
}

/**
 * Shows `step` every batch of every epoch, in a new order each time.
 *
 * @param step Gives the batch's loss. It is also told the batch that follows in the same epoch.
 * @returns Mean loss of each epoch's batches.
 */
export async function runEpochs<Patient>(
  patients: readonly Patient[],
  { epochs, batchSize, seed }: EpochOptions,
  step: (batch: readonly Patient[], next: readonly Patient[]) => Promise<number>,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<number[]> {
  const order = createRandom(seed, "order");
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const shuffled = order.shuffle([...patients]);
    const batchLosses: number[] = [];
    for (let from = 0; from < shuffled.length; from += batchSize) {
      const to = from + batchSize;
      batchLosses.push(await step(shuffled.slice(from, to), shuffled.slice(to, to + batchSize)));
    }
    losses.push(batchLosses.reduce((sum, loss) => sum + loss, 0) / batchLosses.length);
    onEpoch?.(epoch, losses.at(-1)!);
  }
  return losses;
}
