import flops from "../../fixtures/flops.json" with { type: "json" };
import { vgg16 } from "@ctsurv/nn/mod.ts";
import { testBackbone } from "./test_backbone.ts";

const { mac, mac_no_classifier } = flops["2d"].vgg16;

testBackbone({
  architecture: vgg16,
  macs: [{ shape: [1, 224, 224, 3], features: mac_no_classifier, logits: mac }],
});
