import flops from "../../fixtures/flops.json" with { type: "json" };
import { resNet50 } from "@ctsurv/nn/mod.ts";
import { testBackbone } from "./test_backbone.ts";

const { mac, mac_no_classifier } = flops["2d"].resnet50;

testBackbone({
  architecture: resNet50,
  macs: [{ shape: [1, 224, 224, 3], features: mac_no_classifier, logits: mac }],
  on: { features: ["chosen", "wasm"], gradients: ["chosen"] },
});
