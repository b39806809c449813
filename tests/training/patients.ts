import { createRandom } from "@ctsurv/base/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { censorAt } from "@ctsurv/survival/mod.ts";
import type { TrainOptions } from "@ctsurv/training/mod.ts";

/** A head small enough to be trained in a blink. */
export const smallHead = {
  backboneFeatures: 16,
  embedding: 12,
  aggregation: { kind: "gated", hidden: 8 },
  layers: 2,
  width: 20,
} satisfies SurvivalHeadShape;

/** Few epochs at a high learning rate. */
export const quickly: TrainOptions = { epochs: 30, batchSize: 4, dropout: 0.2, learningRate: 3e-3, seed: 5 };

/**
 * Patients whose first feature is their log hazard, in every slice with a little noise; the other features tell nothing.
 * Months are drawn from that hazard without noise of their own, so that nearly all pairs can be ranked.
 */
export function toyPatients(count: number, seed = 1): TrainingPatient[] {
  const width = smallHead.backboneFeatures;
  return Array.from({ length: count }, (_, n) => {
    const random = createRandom(seed, "toy", n);
    const risk = random.normal();
    const slices = random.integer(3, 12);
    const features = Float32Array.from(
      { length: slices * width },
      (_, i) => i % width === 0 ? risk + 0.1 * random.normal() : random.normal(),
    );
    const event = random.uniform() < 0.8 ? 1 : 0;
    const death = 12 * Math.exp(-risk);
    const months = event ? death : death * random.uniform();
    return { id: `toy-${n}`, features, slices, followUp: censorAt({ months, event }, 24) };
  });
}

/** The same patients, each with another's follow-up. */
export function shuffledLabels(patients: readonly TrainingPatient[], seed = 1): TrainingPatient[] {
  const order = createRandom(seed, "labels").shuffle(patients.map((_, i) => i));
  return patients.map((patient, i) => ({ ...patient, followUp: patients[order[i]!]!.followUp }));
}
