import { assertAlmostEquals, assertEquals } from "@std/assert";
import oracle from "../../fixtures/nn_survival_head.json" with { type: "json" };
import {
  compile,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  readValues,
  signatureOf,
  type tf,
  type Tree,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { survivalHead } from "@ctsurv/nn/mod.ts";
import { deepHitLoss } from "@ctsurv/survival/deephit/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose } from "../../engine/agreement.ts";
import { summarise, type Summary } from "../../support/golden.ts";
import { assertSummary } from "../backbones/assert_summary.ts";
import { hashedHead, hashedTensor } from "./hashed_head.ts";

const { slices, bin, event, shape: { backboneFeatures } } = oracle;
const patients = slices.length;
const total = slices.reduce((a, b) => a + b);
const owners = slices.flatMap((count, patient) => Array<number>(count).fill(patient));
const head = hashedHead(backboneFeatures);
const features = hashedTensor("slices", [total, backboneFeatures]);
const membership = hostTensor(slices.flatMap((_, i) => owners.map((owner) => Number(owner === i))), [patients, total]);
const dropout = head.survival.hidden.map((_, i) => {
  const kept = hashedTensor(`dropout/${i}`, [patients, 100]).data.map((x) => Number(x < 1 - 2 * oracle.dropout));
  return hostTensor(Float32Array.from(kept, (x) => x / (1 - oracle.dropout)), [patients, 100]);
});

const engines = { [chosen]: engineUnderTest, wasm: await wasmEngine() };
for (const [name, engine] of Object.entries(engines)) {
  Deno.test(`survivalHead() agrees with PyTorch on ${name}: logits and attention`, async () => {
    const program = await compile(
      engine,
      ({ features, membership, head }) => survivalHead(features as tf.Tensor2D, membership as tf.Tensor2D, head),
      { features: float32(total, backboneFeatures), membership: float32(patients, total), head: signatureOf(head) },
    );
    const { logits, attention } = await readValues(await program.run({ features, membership, head }));
    assertClose(logits, hostTensor(oracle.logits, [patients, 24]), "logits", { tolerance: 5e-6 });
    const weights = owners.map((owner, k) => attention.data[owner * total + k]!);
    assertClose(hostTensor(weights, [total]), hostTensor(oracle.attention, [total]), "attention", { tolerance: 2e-6 });
    assertAlmostEquals([...attention.data].reduce((a, b) => a + b), patients, 1e-5);
    await program.dispose();
  });

  Deno.test(`survivalHead() has PyTorch's gradients of the DeepHit loss by all parameters on ${name}`, async () => {
    const labels = {
      bin: hostTensor(bin, [patients]),
      event: hostTensor(event, [patients]),
      weight: hostTensor(event.map(() => 1), [patients]),
    };
    const inputs = { features, membership, head, dropout, labels };
    const program = await compile(engine, ({ features, membership, head, dropout, labels }) => {
      const loss = (parameters: typeof head) =>
        deepHitLoss(
          survivalHead(features as tf.Tensor2D, membership as tf.Tensor2D, parameters, dropout).logits,
          labels as Parameters<typeof deepHitLoss>[1],
        );
      const logits = survivalHead(features as tf.Tensor2D, membership as tf.Tensor2D, head, dropout).logits;
      return { logits, ...valueAndGradients(loss, head) };
    }, signatureOf(inputs));
    const { logits, value, gradients } = await readValues(await program.run(inputs));
    assertClose(logits, hostTensor(oracle.trainingLogits, [patients, 24]), "logits", { tolerance: 5e-6 });
    assertAlmostEquals(value.data[0]!, oracle.loss, 1e-5 * oracle.loss);
    const expected = oracle.gradients as Record<string, Summary>;
    const found = leaves(gradients as unknown as Tree<HostTensor>, isHost);
    assertEquals(found.map(({ path }) => path).sort(), Object.keys(expected).sort());
    for (const { path, value: { data, shape } } of found) {
      assertSummary(summarise(data, shape), expected[path]!, path);
    }
    await program.dispose();
  });
}

function isHost(node: unknown): node is HostTensor {
  return isSpec(node);
}
