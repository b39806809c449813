import flops from "../../fixtures/flops.json" with { type: "json" };
import { resNet3d18 } from "@ctsurv/nn/mod.ts";
import { testBackbone } from "./test_backbone.ts";

testBackbone({
  architecture: resNet3d18,
  macs: flops.r3d_18.flatMap(({ R, mac224, mac112 }) => [
    { shape: [1, R, 224, 224, 3], logits: mac224 },
    { shape: [1, R, 112, 112, 3], logits: mac112 },
  ]),
});
