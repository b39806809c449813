import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { freeDisk, peakMemory } from "@ctsurv/common/mod.ts";
import { inFolder } from "../support/in_folder.ts";

Deno.test({
  name: "peakMemory() is at least what a process holds, and null of one that is not there",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const held = Deno.memoryUsage().rss;
    // The kernel counts resident pages in batches.
    assert((await peakMemory())! > 0.9 * held);
    assert((await peakMemory(Deno.pid))! > 0.9 * held);
    assertEquals(await peakMemory(2 ** 30), null);
  },
});

Deno.test("freeDisk() of a folder that is not there yet is that of the one above it", async () => {
  await inFolder(async (dir) => {
    const [there, below] = [await freeDisk(dir), await freeDisk(join(dir, "not", "yet"))];
    assert(Number.isFinite(there) && there > 0);
    // Others may write meanwhile.
    assert(Math.abs(there - below) < 0.1 * there);
  });
});
