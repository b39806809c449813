import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import flops from "../fixtures/flops.json" with { type: "json" };
import { type CostInput, modelCost } from "@ctsurv/analysis/mod.ts";
import { type AggregationChoice, backbones } from "@ctsurv/nn/mod.ts";
import { costTable } from "@ctsurv/report/mod.ts";

/** Learnable numbers as torchvision publishes them (`num_params`), and of the final block as its modules hold them. */
const published: Readonly<Record<string, { readonly parameters: number; readonly finalBlock: number }>> = {
  efficientnet_b0: { parameters: 5_288_548, finalBlock: 1_129_392 },
  resnet50: { parameters: 25_557_032, finalBlock: 4_462_592 },
  vgg16: { parameters: 138_357_544, finalBlock: 2_359_808 },
  alexnet: { parameters: 61_100_840, finalBlock: 590_080 },
  vit_b_16: { parameters: 86_567_656, finalBlock: 7_089_408 },
  r3d_18: { parameters: 33_371_472, finalBlock: 14_157_824 },
};

/** DeepHit on 256 numbers: 10 layers of 100 and 24 logits. Gated attention with 128 hidden units, of one slice. */
const deepHit = 256 * 100 + 9 * 100 * 100 + 100 * 24;
const attention = 2 * 256 * 128 + 128 + 256;

Deno.test("modelCost() of a 2D network is torchvision's count less its classifier, a layer to 256, and the head", () => {
  for (const [name, { mac, mac_no_classifier }] of Object.entries(flops["2d"])) {
    const architecture = backbones[name]!;
    const cost = modelCost(architecture, { slices: 7 });
    assertEquals(cost.macsOfLogits, mac, name);
    assertEquals(cost.macsPerSlice, mac_no_classifier + 256 * architecture.features, name);
    assertEquals(cost.macsOfImages, 7 * cost.macsPerSlice, name);
    assertEquals(cost.macsPerPatient, cost.macsOfImages + 7 * attention + deepHit, name);
  }
});

Deno.test("modelCost() is the count of a network whose last layer gives 256 where its features enter that layer", () => {
  for (const name of ["efficientnet_b0", "resnet50", "vit_b_16"] as const) {
    assertEquals(modelCost(backbones[name]!, { slices: 1 }).macsPerSlice, flops["2d"][name].mac_last_layer_to_256);
  }
});

Deno.test("modelCost() of a volume is torchvision's count at every depth, with 256 numbers for its 400 classes", () => {
  for (const { R, mac224, mac112 } of flops.r3d_18) {
    for (const [size, mac] of [[224, mac224], [112, mac112]] as const) {
      const cost = modelCost(backbones.r3d_18!, { slices: R, size });
      assertEquals(cost.macsOfLogits, mac, `${R} slices of ${size}`);
      assertEquals(cost.macsOfImages, mac - 512 * 400 + 512 * 256);
      assertEquals(cost.macsPerPatient, cost.macsOfImages + deepHit);
    }
  }
});

/** MACs of a patient of n slices. */
const aggregations: readonly [choice: AggregationChoice, macs: (n: number) => number, parameters: number][] = [
  [{ kind: "gated" }, (n) => n * attention, 2 * 128 * 257 + 129],
  [{ kind: "gated", hidden: 64 }, (n) => n * (2 * 256 * 64 + 64 + 256), 2 * 64 * 257 + 65],
  [{ kind: "average" }, (n) => n * 256, 0],
  [{ kind: "linear" }, (n) => n * (256 + 256), 257],
  [{ kind: "mlp" }, (n) => n * (256 * 128 + 128 * 128 + 128 + 256), 128 * 257 + 128 * 129 + 129],
  // Two layers over the slices and the class token: four projections, scores and their use, a perceptron of 256; and
  // the product that keeps patients apart.
  [{ kind: "self-attention" }, (n) => {
    const tokens = n + 1;
    return 2 * (4 * tokens * 256 ** 2 + 2 * tokens ** 2 * 256 + 2 * tokens * 256 ** 2) + tokens ** 2;
  }, 792_320],
];

Deno.test("modelCost() counts every aggregation as its formula has it, and its parameters", () => {
  const architecture = backbones.alexnet!;
  const none = modelCost(architecture, { slices: 1, aggregation: { kind: "average" } }).trainable.finalLayer;
  for (const [aggregation, macs, parameters] of aggregations) {
    for (const slices of [1, 9]) {
      const cost = modelCost(architecture, { slices, aggregation });
      const where = `${JSON.stringify(aggregation)} of ${slices}`;
      assertEquals(cost.macsPerPatient, cost.macsOfImages + macs(slices) + deepHit, where);
      assertEquals(cost.trainable.finalLayer - none, parameters, where);
    }
  }
  const volume = { slices: 4, size: 32 };
  const of = (input: CostInput) => modelCost(backbones.r3d_18!, input);
  assertEquals(of({ ...volume, aggregation: { kind: "mlp" } }), of(volume));
});

Deno.test("modelCost() counts the parameters that torchvision publishes, and those that are trained", () => {
  for (const [name, { parameters, finalBlock }] of Object.entries(published)) {
    const architecture = backbones[name]!;
    const cost = modelCost(architecture, { slices: 1 });
    assertEquals(cost.parameters, parameters, name);
    assert(cost.parametersUsed < parameters, name);
    // Weights and biases: a DeepHit of 1024 + 118,000, attention of 257 + 65,536 + 128, a layer to 256.
    const head = 256 * (architecture.features + 1) + deepHit + 10 * 100 + 24;
    const attending = architecture.input === "volume" ? 0 : 2 * 128 * 257 + 129;
    assertEquals(cost.trainable, { finalLayer: head + attending, finalBlock: head + attending + finalBlock }, name);
  }
  // The classifiers of VGG16 and AlexNet are most of them: 25,088 -> 4,096 -> 4,096 -> 1,000.
  assertEquals(modelCost(backbones.vgg16!, { slices: 1 }).parametersUsed, 138_357_544 - 123_642_856);
});

Deno.test("costTable() has a row for each model, in MACs and in 2 x MACs", () => {
  const { csv } = costTable([
    modelCost(backbones.efficientnet_b0!, { slices: 141 }),
    modelCost(backbones.r3d_18!, { slices: 16, size: 112 }),
  ]);
  const [, first, second] = csv.split("\r\n");
  assertStringIncludes(first!, "EfficientNetB0,141 slices of 224 × 224,0.384862432,54.27");
  assertStringIncludes(second!, "a volume of 16 × 112 × 112");
  const [, , , gmac, gflop] = second!.split(",").map(Number);
  assertEquals(gflop, 2 * gmac!);
});
