import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import counted from "../../fixtures/flops.json" with { type: "json" };
import type { ModelCost } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { flops } from "@ctsurv/cli/commands/flops.ts";

const call = (...args: string[]) => flops.run(parseCommand(flops, args));

Deno.test("flops lists every model, r3d_18 at both sizes, and equals the counts of torchvision's graphs", async () => {
  const { text, json } = await call("--slices", "144");
  const { costs } = json as { costs: ModelCost[] };
  assertEquals(costs.map(({ model, size }) => `${model} ${size}`), [
    "efficientnet_b0 224",
    "resnet50 224",
    "vgg16 224",
    "alexnet 224",
    "vit_b_16 224",
    "r3d_18 224",
    "r3d_18 112",
  ]);
  for (const { model, macsOfLogits } of costs.slice(0, 5)) {
    assertEquals(macsOfLogits, counted["2d"][model as keyof typeof counted["2d"]].mac);
  }
  const deep = counted.r3d_18.find(({ R }) => R === 144)!;
  assertEquals(costs.slice(5).map(({ macsOfLogits }) => macsOfLogits), [deep.mac224, deep.mac112]);
  assertStringIncludes(text, "144 slices of 224 × 224");
  assertStringIncludes(text, "No number of slices and single convention gives both 54.3 and 2924.6");
});

Deno.test("flops takes a whole number of slices, at least one", () => {
  for (const slices of ["0", "-3", "1.5", "many", "10001"]) {
    assertThrows(() => call(`--slices=${slices}`), InputError, "--slices");
  }
});

Deno.test("flops counts the aggregation that is asked for", async () => {
  const { text, json } = await call("--slices", "4", "--aggregation", "average");
  const { aggregation, costs } = json as { aggregation: { kind: string }; costs: ModelCost[] };
  assertEquals(aggregation, { kind: "average" });
  const deepHit = 256 * 100 + 9 * 100 * 100 + 100 * 24;
  const added = costs.map(({ macsPerPatient, macsOfImages }) => macsPerPatient - macsOfImages - deepHit);
  assertEquals(added, [...Array(5).fill(4 * 256), 0, 0]);
  assertStringIncludes(text, "average aggregation and DeepHit included");
  assertThrows(() => call("--aggregation", "max"), InputError, 'Unknown aggregation "max"');
});
