import goldens from "../../fixtures/backbone_goldens.json" with { type: "json" };
import flops from "../../fixtures/flops.json" with { type: "json" };
import { hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { efficientNetB0Spec } from "@ctsurv/nn/backbones/efficientnet_b0.ts";
import { efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose, evaluate } from "../../engine/agreement.ts";
import { hashedInput, hashedParameters } from "../../support/golden.ts";
import { testBackbone } from "./test_backbone.ts";

const { mac, mac_no_classifier } = flops["2d"].efficientnet_b0;

testBackbone({
  architecture: efficientNetB0,
  macs: [{ shape: [1, 224, 224, 3], features: mac_no_classifier, logits: mac }],
  on: { features: ["chosen", "wasm"], gradients: ["chosen", "wasm"] },
});

Deno.test("efficientNetB0: the features of an image do not depend on the images beside it", async () => {
  const parameters = hashedParameters(efficientNetB0Spec(), goldens.scale.efficientnet_b0);
  const tensors = toTensors(parameters) as unknown as Tree<tf.Tensor>;
  const { data, shape } = hashedInput([3, 3, 64, 64]);
  const size = data.length / 3;
  const image = (i: number, brightness = 1) => data.slice(i * size, (i + 1) * size).map((x) => brightness * x);
  const features = async (...images: ArrayLike<number>[]) => {
    const x = hostTensor(images.flatMap((one) => Array.from(one)), [images.length, ...shape.slice(1)]);
    const [pooled] = await evaluate(engineUnderTest, ([x]) => [efficientNetB0.forwardFeatures(x!, tensors)], [x]);
    return images.map((_, i) => hostTensor(pooled!.data.slice(i * 1280, (i + 1) * 1280), [1280]));
  };
  const [alone] = await features(image(0));
  const [first] = await features(image(0), image(1), image(2));
  const [, , last] = await features(image(1, 50), image(2, 0), image(0));
  assertClose(first!, alone!, "first of three", { tolerance: 1e-6 });
  assertClose(last!, alone!, "last of three", { tolerance: 1e-6 });
});
