import { assert, assertEquals } from "@std/assert";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { concordance } from "@ctsurv/survival/mod.ts";
import { headTrainer, toSurvivalPredictions, type TrainOptions } from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const variants: Record<string, Partial<SurvivalHeadShape> & Pick<TrainOptions, "labels">> = {
  "average pooling": { aggregation: { kind: "average" } },
  "self-attention": { aggregation: { kind: "self-attention" } },
  "self-attention with positions": { aggregation: { kind: "self-attention", positions: "sinusoidal" } },
  "linear attention": { aggregation: { kind: "linear" } },
  "attention by a perceptron": { aggregation: { kind: "mlp" } },
  "DeepHit's two subnetworks": { layers: 4, sharedLayers: 2 },
  "the coding of the authors' laboratory": { labels: "lab" },
  "36 months": { bins: 36 },
};

for (const [name, { labels = "interval", ...variant }] of Object.entries(variants)) {
  Deno.test(`headTrainer learns to rank patients it never saw: ${name}`, async () => {
    const trainer = headTrainer(engineUnderTest, { ...smallHead, ...variant }, { ...quickly, labels });
    const { parameters } = await trainer.train(toyPatients(96));
    const unseen = toyPatients(40, 2);
    const predicted = await trainer.predict(parameters, unseen);
    await trainer.dispose();
    assertEquals(predicted[0]!.survival.length, (variant.bins ?? 24) + 1);
    const ctd = concordance(toSurvivalPredictions(predicted.map((p, i) => ({ ...p, ...unseen[i]!.followUp }))));
    assert(ctd.value! > 0.8, `Ctd ${ctd.value}`);
    for (const { id, attention } of predicted) {
      assert(Math.abs(attention.reduce((a, b) => a + b) - 1) < 1e-5, `${id}: ${attention}`);
    }
  });
}
