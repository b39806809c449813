import flops from "../../fixtures/flops.json" with { type: "json" };
import type { TensorSpec, Tree } from "@ctsurv/engine/mod.ts";
import { vitB16Spec } from "@ctsurv/nn/backbones/vit_b_16.ts";
import { vitB16 } from "@ctsurv/nn/mod.ts";
import { testBackbone } from "./test_backbone.ts";

const { mac, mac_no_classifier } = flops["2d"].vit_b_16;

testBackbone({
  architecture: vitB16,
  spec: vitB16Spec(64) as unknown as Tree<TensorSpec>,
  macs: [{ shape: [1, 224, 224, 3], features: mac_no_classifier, logits: mac }],
});
