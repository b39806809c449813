import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { createBackbone } from "@ctsurv/training/mod.ts";

const create = (weights: "seeded" | "pretrained") => createBackbone("efficientnet_b0", onnxEngine(), { weights });

Deno.test("createBackbone() refuses pretrained weights, and what is unknown", async () => {
  await assertRejects(() => create("pretrained"), InputError, "CTSURV_WEIGHTS=seeded");
  await assertRejects(() => createBackbone("vgg17", onnxEngine()), InputError, 'Unknown backbone "vgg17"');
  Deno.env.set("CTSURV_WEIGHTS", "frozen");
  try {
    await assertRejects(() => create("seeded"), InputError, 'Unknown weights "frozen"');
  } finally {
    Deno.env.delete("CTSURV_WEIGHTS");
  }
});

Deno.test("createBackbone() lets CTSURV_WEIGHTS override the profile", async () => {
  Deno.env.set("CTSURV_WEIGHTS", "seeded");
  try {
    assertEquals((await create("pretrained")).source.kind, "seeded");
  } finally {
    Deno.env.delete("CTSURV_WEIGHTS");
  }
});
