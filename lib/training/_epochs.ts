import { createRandom } from "@ctsurv/base/mod.ts";
import { refuseLossWithoutValue } from "./divergence.ts";

/** Options of {@linkcode runEpochs}. */
export interface EpochOptions {
  /** Passes over all patients. */
  readonly epochs: number;
  /** Patients in a batch; the last batch of an epoch may have fewer. */
  readonly batchSize: number;
  /** Seed of the order of patients. */
  readonly seed: number;
}

/**
 * Calls `step` with every batch of every epoch. The patients are in a new order in each epoch.
 *
 * @param step Takes a batch and the batch that follows in the same epoch; gives the loss of the first.
 * @returns [epochs]: the mean loss of the batches.
 * @throws {InputError} If a loss is NaN or infinite: nothing can be learnt from there on.
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
      const loss = await step(shuffled.slice(from, to), shuffled.slice(to, to + batchSize));
      refuseLossWithoutValue(loss, epoch, epochs);
      batchLosses.push(loss);
    }
    losses.push(batchLosses.reduce((sum, loss) => sum + loss, 0) / batchLosses.length);
    onEpoch?.(epoch, losses.at(-1)!);
  }
  return losses;
}
