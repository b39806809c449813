import { assert, assertMatch, assertRejects } from "@std/assert";
import { measureCost } from "@ctsurv/features/mod.ts";

Deno.test("measureCost() gives a time and a memory of the model's own, whatever this process holds", async () => {
  const ballast = new Uint8Array(1e9).fill(1);
  const { milliseconds, peakMemory, engine } = await measureCost({
    model: "efficientnet_b0",
    kind: "slice",
    slices: 1,
    size: 224,
  });
  assert(milliseconds > 0);
  // 5 million parameters are 21 MB.
  assert(peakMemory > 21e6 && peakMemory < ballast.length, `${peakMemory}`);
  assertMatch(engine, /\d/);
});

Deno.test("measureCost() says what the process said when it fails", async () => {
  const asked = { model: "no_such_network", kind: "slice", slices: 1, size: 224 } as const;
  await assertRejects(() => measureCost(asked), Error, 'Unknown backbone "no_such_network"');
});
