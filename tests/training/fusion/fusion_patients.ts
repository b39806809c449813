import { createRandom } from "@ctsurv/base/mod.ts";
import type { FusionPatient } from "@ctsurv/training/mod.ts";

/**
 * Patients whose hazard depends on the age and on the first feature of their slices, as much on the one as on the other.
 * Every fifth has no known age.
 */
export function fusionPatients(count: number, seed = 1): FusionPatient[] {
  return Array.from({ length: count }, (_, n) => {
    const random = createRandom(seed, "fusion", n);
    const [ct, ageScore] = [random.normal(), random.normal()];
    const slices = 2;
    const features = Float32Array.from({ length: slices * 4 }, (_, i) => i % 4 === 0 ? ct : random.normal());
    const death = -14 * Math.exp(-1.2 * ct - 1.2 * ageScore) * Math.log(1 - random.uniform());
    const event = (death < 24 ? 1 : 0) as 0 | 1;
    const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null };
    return {
      id: `P${n}`,
      slices,
      features,
      followUp: { months: Math.min(death, 24), event },
      record: {
        ...unknown,
        patient: `P${n}`,
        age: n % 5 === 0 ? null : 65 + 10 * ageScore,
        gender: n % 3 === 0 ? "female" : "male",
        survivalDays: 30 * death,
        dead: true,
      },
    };
  });
}

/** A head small enough to be trained in a blink. */
export const tinyHead = { backboneFeatures: 4, embedding: 6, layers: 2, width: 8 };

/** Few steps. */
export const briefly = { epochs: 6, batchSize: 8, dropout: 0, learningRate: 1e-2, seed: 3 };
