import { type CacheEntry, keptValue, packValue, sha256 } from "@ctsurv/base/mod.ts";
import type { FineTuningPatient, LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { Trained, Trainer } from "./trainer.ts";

/** Where trainings are kept, and what they are. */
export interface KeptTrainings {
  /** The folder of the files. */
  readonly folder: string;
  /** Everything that a training depends on besides its patients: plain values, and typed arrays such as a head's. */
  readonly identity: object;
}

/** Changes whenever the same patients and options would give another model, or the file has another layout. */
const FORMAT = "ctsurv training 1";

/**
 * A trainer whose models are files: parameters and losses of every training are kept, and the same training is not done
 * again. A file is named after the trainer's identity, the patients, their outcomes and their features, so that another
 * fold, another choice or other features are another training. Predictions are computed from the model each time.
 *
 * An interrupted cross-validation therefore goes on with the folds that were not finished.
 *
 * @example
 * ```ts
 * import type { TrainingPatient } from "@ctsurv/ctsurv/features";
 * import { keepTrainings, type Trainer } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * let trained = 0;
 * const counting: Trainer<TrainingPatient, { mean: number }> = {
 *   train: (patients) => (trained++, Promise.resolve({ parameters: { mean: patients.length }, losses: [1, .5] })),
 *   predict: () => Promise.resolve([]),
 *   dispose: () => Promise.resolve(),
 * };
 * const kept = keepTrainings(counting, { folder: await Deno.makeTempDir(), identity: { kind: "counting" } });
 * const patient = { id: "A", followUp: { months: 3, event: 1 }, slices: 1, features: Float32Array.of(1) } as const;
 * assertEquals(await kept.train([patient]), await kept.train([patient]));
 * assertEquals(trained, 1);
 * ```
 *
 * @param kept Undefined: nothing is kept, and it is the trainer itself.
 */
export function keepTrainings<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  kept: KeptTrainings | undefined,
): Trainer<Patient, Parameters> {
  if (!kept) return trainer;
  const entryOf = keptEntries(kept);
  return {
    ...trainer,
    async train(patients, onEpoch, of) {
      let isNew = false;
      const trained = await keptValue<Trained<Parameters>>(entryOf(patients, { ...of }), async () => {
        isNew = true;
        return await trainer.train(patients, onEpoch, of);
      });
      // Whoever counts epochs counts these too.
      if (!isNew) trained.losses.forEach((loss, epoch) => onEpoch?.(epoch + 1, loss));
      return trained;
    },
  };
}

/**
 * Names the files of what is computed from patients, their outcomes and what a training sees of them.
 *
 * @returns Called with the patients, and with what else makes the result, such as the fold.
 */
export function keptEntries(
  { folder, identity }: KeptTrainings,
): (patients: readonly LabelledPatient[], of: object) => CacheEntry {
  const { json, bytes } = packValue(identity);
  const trainer = sha256(JSON.stringify(json), bytes);
  const fingerprint = fingerprints();
  return (patients, of) => ({
    folder,
    extension: ".training",
    identity: {
      format: FORMAT,
      trainer,
      of,
      patients: sha256(JSON.stringify(patients.map(({ id, followUp, ...seen }) => [id, followUp, fingerprint(seen)]))),
    },
  });
}

/** Names what a training sees of a patient; hashed once for all folds. */
function fingerprints(): (seen: object) => string {
  const known = new WeakMap<Float32Array, string>();
  return (seen) => {
    if ("activations" in seen) return (seen as Pick<FineTuningPatient, "activations">).activations.key;
    if (!("features" in seen)) return sha256(JSON.stringify(seen));
    const { features, slices, ...more } = seen as Pick<TrainingPatient, "features" | "slices">;
    const hash = known.get(features) ??
      sha256(new Uint8Array(features.buffer as ArrayBuffer, features.byteOffset, features.byteLength));
    known.set(features, hash);
    const beside = JSON.stringify(more);
    return beside === "{}" ? `${slices} ${hash}` : `${slices} ${hash} ${sha256(beside)}`;
  };
}
