import { assert, assertEquals, assertThrows } from "@std/assert";
import aggregations from "../../fixtures/nn_aggregations.json" with { type: "json" };
import oracle from "../../fixtures/nn_survival_head.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import {
  compile,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  readValues,
  signatureOf,
  tf,
  type Tree,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { deepHitSpec } from "@ctsurv/nn/head/deephit.ts";
import { deepHit, dropoutSpec, initialiseHead, seededParameters } from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose } from "../../engine/agreement.ts";
import { summarise, type Summary } from "../../support/golden.ts";
import { assertSummary } from "../backbones/assert_summary.ts";
import { hashedNamed } from "../hashed_named.ts";
import { hashedHead, hashedTensor } from "./hashed_head.ts";

const { survival } = hashedHead(oracle.shape.backboneFeatures);
const x = hashedTensor("pooled", [2, 256]);

async function logitsOf(dropout?: readonly HostTensor[]): Promise<HostTensor> {
  const inputs = { x, survival, dropout: dropout ?? [] };
  const program = await compile(
    engineUnderTest,
    ({ x, survival, dropout: masks }) => deepHit(x as tf.Tensor2D, survival, dropout && masks),
    signatureOf(inputs),
  );
  const logits = await program.run(inputs);
  const numbers = hostTensor(await logits.read(), logits.shape);
  await program.dispose();
  return numbers;
}

function countOf(spec: unknown): number {
  return leaves(spec as Tree<HostTensor>, isSpec as (node: unknown) => node is HostTensor)
    .reduce((sum, { value: { shape } }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

Deno.test("deepHitSpec() has the paper's 119,024 numbers, and fewer on request", () => {
  assertEquals(countOf(deepHitSpec()), 119_024);
  assertEquals(countOf(deepHitSpec({ features: 8, layers: 2, width: 4, bins: 3 })), (8 + 1) * 4 + (4 + 1) * (4 + 3));
});

Deno.test("deepHit() agrees with PyTorch", async () => {
  const logits = await logitsOf();
  assertClose(logits, hostTensor(oracle.deepHit, [2, 24]), "logits", { tolerance: 2e-6 });
});

Deno.test("deepHit() with masks of ones is its evaluation, and with the last mask zero its last bias", async () => {
  const ones = dropoutSpec(2).map(({ shape }) => hostTensor(new Float32Array(200).fill(1), shape));
  assertEquals(ones.map(({ shape }) => shape), Array(10).fill([2, 100]));
  assertEquals(await logitsOf(ones), await logitsOf());
  const zero = hostTensor(new Float32Array(200), [2, 100]);
  const bias = [...survival.output.bias.data];
  assertEquals([...(await logitsOf(ones.with(9, zero))).data], [...bias, ...bias]);
});

Deno.test("deepHit() drops the units of each patient by themselves", async () => {
  const ones = dropoutSpec(2).map(({ shape }) => hostTensor(new Float32Array(200).fill(1), shape));
  const onlyFirst = hostTensor(Float32Array.from({ length: 200 }, (_, i) => Number(i >= 100)), [2, 100]);
  const [plain, dropped] = [await logitsOf(ones), await logitsOf(ones.with(4, onlyFirst))];
  assertEquals(dropped.data.slice(24), plain.data.slice(24));
  assert(dropped.data.slice(0, 24).every((logit, i) => logit !== plain.data[i]));
});

const { deepHit: split } = aggregations;
const engines = { [chosen]: engineUnderTest, wasm: await wasmEngine() };
for (const [name, engine] of Object.entries(engines)) {
  Deno.test(`deepHit() of shared and specific subnetworks agrees with PyTorch on ${name}, gradients included`, async () => {
    const { patients, shape: { features, layers, width, bins } } = split;
    const inputs = {
      x: hashedTensor("pooled", [patients, features]),
      network: hashedNamed(deepHitSpec(split.shape)),
      masks: Array.from({ length: layers }, (_, i) => {
        const kept = hashedTensor(`dropout/${i}`, [patients, width]).data.map((x) => Number(x < 1 - 2 * split.dropout));
        return hostTensor(Float32Array.from(kept, (x) => x / (1 - split.dropout)), [patients, width]);
      }),
      towards: hashedTensor("towards", [patients, bins]),
    };
    const program = await compile(engine, ({ x, network, masks, towards }) => {
      const loss = (trained: typeof network) => tf.sum(tf.mul(deepHit(x as tf.Tensor2D, trained, masks), towards));
      return {
        logits: deepHit(x as tf.Tensor2D, network),
        training: deepHit(x as tf.Tensor2D, network, masks),
        gradients: valueAndGradients(loss, network).gradients,
      };
    }, signatureOf(inputs));
    const { logits, training, gradients } = await readValues(await program.run(inputs));
    await program.dispose();
    assertClose(logits, hostTensor(split.logits, [patients, bins]), "logits");
    assertClose(training, hostTensor(split.trainingLogits, [patients, bins]), "training logits");
    const wanted = split.gradients as Record<string, Summary>;
    const found = leaves(gradients as unknown as Tree<HostTensor>, isSpec as (node: unknown) => node is HostTensor);
    assertEquals(found.map(({ path }) => path).sort(), Object.keys(wanted).sort());
    for (const { path, value: { data, shape } } of found) {
      assertSummary(summarise(data, shape), wanted[path]!, path);
    }
  });
}

Deno.test("deepHitSpec() with shared layers has 144,624 numbers, and refuses a subnetwork without a layer", () => {
  assertEquals(countOf(deepHitSpec({ sharedLayers: 5 })), 119_024 + 256 * 100);
  for (const sharedLayers of [-1, 10, NaN]) {
    assertThrows(() => deepHitSpec({ sharedLayers }), InputError, "1 to 9 can be shared");
  }
});

Deno.test("initialiseHead() draws subnetworks within Glorot's bound", () => {
  const network = seededParameters(deepHitSpec({ sharedLayers: 5 }), 1, initialiseHead);
  const { weight } = (network as unknown as { specific: { weight: HostTensor }[] }).specific[0]!;
  const bound = Math.sqrt(6 / (356 + 100)), largest = Math.max(...Array.from(weight.data, Math.abs));
  assert(largest <= bound && largest > 0.99 * bound);
});
