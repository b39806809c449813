import { assert, assertAlmostEquals } from "@std/assert";
import oracle from "../../fixtures/survival_losses.json" with { type: "json" };
import { compile, float32, hostTensor, valueAndGradients } from "@ctsurv/engine/mod.ts";
import { survivalLoss } from "@ctsurv/survival/losses/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";

for (const kind of ["logistic-hazard", "mtlr", "pc-hazard", "cox", "cross-entropy"] as const) {
  Deno.test(`${kind} can be traced with its gradient, and agrees with pycox on the engine`, async () => {
    for (const batch of oracle.cases) {
      const patients = batch.bin.length;
      const outputs = survivalLosses[kind].outputs === 1 ? batch.single : batch.outputs;
      const shape = [patients, outputs.length / patients];
      const vector = float32(patients);
      const step = await compile(
        engineUnderTest,
        ({ outputs, labels }) => valueAndGradients((x) => survivalLoss(x, labels, { kind }), outputs),
        { outputs: float32(...shape), labels: { bin: vector, event: vector, weight: vector, months: vector } },
      );
      const host = (numbers: readonly number[]) => hostTensor([...numbers], [patients]);
      const labels = {
        bin: host(batch.bin),
        event: host(batch.event),
        weight: host(batch.bin.map(() => 1)),
        months: host(batch.months),
      };
      const { value, gradients } = await step.run({ outputs: hostTensor(outputs, shape), labels });
      const expected = batch[kind];
      const allowed = 1e-6 * Math.max(1, expected.value);
      assertAlmostEquals((await value.read())[0]!, expected.value, allowed);
      const slopes = await gradients.read();
      expected.gradient.forEach((slope, i) => assertAlmostEquals(slopes[i]!, slope, allowed, `entry ${i}`));
      assert(patients === 1 || slopes.some((slope) => slope !== 0));
      await step.dispose();
    }
  });
}
