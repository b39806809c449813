import { createRandom } from "@ctsurv/base/mod.ts";
import type { TrainingPlace } from "@ctsurv/engine/mod.ts";
import { refuseLossWithoutValue } from "./divergence.ts";

/** Options of {@linkcode runEpochs}. */
export interface EpochOptions {
  /** Passes over all patients. */
  readonly epochs: number;
  /** Patients in a batch; the last batch of an epoch may have fewer. */
  readonly batchSize: number;
  /**
   * What becomes of the last batch of an epoch if it has fewer patients: it is trained on, or left out, as in the authors'
   * code. The only batch of an epoch is never left out. @default {"keep"}
   */
  readonly lastBatch?: "keep" | "drop";
  /** Seed of the order of patients. */
  readonly seed: number;
}

/** Batches of an epoch. */
export function batchesOf(patients: number, { batchSize, lastBatch = "keep" }: EpochOptions): number {
  return Math.max(1, (lastBatch === "drop" ? Math.floor : Math.ceil)(patients / batchSize));
}

/**
 * Calls `step` with every batch of every epoch. The patients are in a new order in each epoch.
 *
 * @param step Takes a batch, the batch that follows in the same epoch, and its place in the training; gives the loss of
 *   the first.
 * @param onEpoch Is told each epoch and its loss. The training ends early where it gives `"stop"`.
 * @returns [epochs]: the mean loss of the batches.
 * @throws {InputError} If a loss is NaN or infinite: nothing can be learnt from there on.
 */
export async function runEpochs<Patient>(
  patients: readonly Patient[],
  options: EpochOptions,
  step: (batch: readonly Patient[], next: readonly Patient[], place: TrainingPlace) => Promise<number>,
  onEpoch?: (epoch: number, loss: number) => void | Promise<"stop" | void>,
): Promise<number[]> {
  const { epochs, batchSize, seed } = options;
  const batches = batchesOf(patients.length, options);
  const order = createRandom(seed, "order");
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const shuffled = order.shuffle([...patients]);
    const batchLosses: number[] = [];
    const cut = (batch: number) => batch < batches ? shuffled.slice(batch * batchSize, (batch + 1) * batchSize) : [];
    for (let batch = 0; batch < batches && shuffled.length > 0; batch++) {
      const place = { step: (epoch - 1) * batches + batch + 1, steps: epochs * batches, epoch };
      const loss = await step(cut(batch), cut(batch + 1), place);
      refuseLossWithoutValue(loss, epoch, epochs);
      batchLosses.push(loss);
    }
    losses.push(batchLosses.reduce((sum, loss) => sum + loss, 0) / batchLosses.length);
    if (await onEpoch?.(epoch, losses.at(-1)!) === "stop") break;
  }
  return losses;
}
