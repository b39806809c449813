import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import type { Trainer } from "@ctsurv/training/mod.ts";

/**
 * A "model" that is not trained here: risks that somebody published. Each curve falls the faster the higher the risk is
 * among all patients; only the order of the curves means something. Probabilities must not be read from them.
 *
 * @param risks By patient; the higher, the earlier the death.
 */
export function fixedRiskTrainer(risks: ReadonlyMap<string, number>): Trainer<LabelledPatient, null> {
  const sorted = [...risks.values()].sort((a, b) => a - b);
  const share = (risk: number) => (sorted.findLastIndex((one) => one <= risk) + 1) / (sorted.length + 1);
  return {
    train: () => Promise.resolve({ parameters: null, losses: [] }),
    predict: (_, patients) =>
      Promise.resolve(patients.map(({ id }) => {
        const hazard = share(risks.get(id)!) / HORIZON_MONTHS;
        const survival = Float64Array.from({ length: HORIZON_MONTHS + 1 }, (_, month) => Math.exp(-hazard * month));
        return { id, survival, attention: new Float32Array() };
      })),
    dispose: () => Promise.resolve(),
  };
}
