import { assert, assertEquals } from "@std/assert";
import {
  compile,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  signatureOf,
  type tf,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { deepHit, deepHitSpec, dropoutSpec } from "@ctsurv/nn/mod.ts";
import { assertClose } from "../engine/agreement.ts";
import oracle from "../fixtures/nn_survival_head.json" with { type: "json" };
import { hashedHead, hashedTensor } from "./hashed_head.ts";

const { survival } = hashedHead(oracle.shape.backboneFeatures);
const x = hashedTensor("pooled", [2, 256]);

async function logitsOf(dropout?: readonly HostTensor[]): Promise<HostTensor> {
  const inputs = { x, survival, dropout: dropout ?? [] };
  const program = await compile(
    onnxEngine({ threads: 1 }),
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
