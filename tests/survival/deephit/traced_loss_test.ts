import { assert, assertAlmostEquals } from "@std/assert";
import oracle from "../../fixtures/deephit_losses.json" with { type: "json" };
import { compile, float32, hostTensor, valueAndGradients } from "@ctsurv/engine/mod.ts";
import { int32 } from "@ctsurv/engine/values.ts";
import { deepHitLoss } from "@ctsurv/survival/deephit/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";

Deno.test("deepHitLoss() can be traced with its gradient, and agrees with PyTorch in ONNX Runtime", async () => {
  for (const tail of [true, false]) {
    const [likelihood, ranking] = tail
      ? ["likelihood", "ranking"] as const
      : ["likelihoodNoTail", "rankingNoTail"] as const;
    for (const batch of oracle.cases) {
      const patients = batch.bin.length;
      const step = await compile(
        engineUnderTest,
        ({ logits, labels }) => valueAndGradients((x) => deepHitLoss(x, labels, { tail }), logits),
        {
          logits: float32(patients, 24),
          labels: { bin: int32(patients), event: float32(patients), weight: float32(patients) },
        },
      );
      const { value, gradients } = await step.run({
        logits: hostTensor(batch.logits, [patients, 24]),
        labels: {
          bin: hostTensor(Int32Array.from(batch.bin), [patients]),
          event: hostTensor(batch.event, [patients]),
          weight: hostTensor(batch.event.map(() => 1), [patients]),
        },
      });
      const half = (a: number, b: number) => a / 2 + b / 2;
      const expected = half(batch[likelihood].value, batch[ranking].value);
      const allowed = 1e-6 * Math.max(1, expected);
      assertAlmostEquals((await value.read())[0]!, expected, allowed);
      const slopes = await gradients.read();
      const exact = batch[likelihood].gradient.map((slope, i) => half(slope, batch[ranking].gradient[i]!));
      exact.forEach((slope, i) => assertAlmostEquals(slopes[i]!, slope, allowed));
      assert(slopes.some((slope) => slope !== 0));
      await step.dispose();
    }
  }
});
