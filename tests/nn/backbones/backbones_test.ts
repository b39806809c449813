import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { backbones, findBackbone } from "@ctsurv/nn/mod.ts";

Deno.test("findBackbone() finds every backbone by its name", () => {
  for (const [name, architecture] of Object.entries(backbones)) {
    assertEquals(architecture.name, name);
    assertEquals(findBackbone(name), architecture);
  }
  assertEquals(findBackbone("efficientnet_b0").features, 1280);
});

Deno.test("findBackbone() refuses another name and lists those there are", () => {
  for (const name of ["alexnet2", "", "EfficientNetB0", "toString", "__proto__"]) {
    assertThrows(() => findBackbone(name), InputError, `Unknown backbone "${name}": choose one of efficientnet_b0`);
  }
});
