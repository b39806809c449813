import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { checkResources, folderBytes, formatBytes, freeDisk, InputError, peakMemory } from "@ctsurv/base/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const check = (needs: { disk: number; memory: number }, free: { disk: number; memory: number }) =>
  checkResources("The profile workshop", { folder: "data", needs, free });

Deno.test("checkResources() refuses a disk that is one byte too full, saying how much is needed, where and is free", async () => {
  const { message } = await assertRejects(
    () => check({ disk: 2e9, memory: 0 }, { disk: 2e9 - 1, memory: 0 }),
    InputError,
  ) as Error;
  assertStringIncludes(message, "The profile workshop needs about 2.0 GB in data, but the disk has only 2.0 GB free");
  assertStringIncludes(message, "deno task clean --dry-run");
  assertEquals(await check({ disk: 2e9, memory: 0 }, { disk: 2e9, memory: 0 }), undefined);
});

Deno.test("checkResources() warns of too little memory, and does not refuse", async () => {
  const warning = await check({ disk: 0, memory: 4e9 }, { disk: 0, memory: 950e6 });
  assertStringIncludes(warning!, "the profile workshop needs about 4.0 GB of memory, but only 950 MB are free");
  assertEquals(await check({ disk: 0, memory: 4e9 }, { disk: 0, memory: 4e9 }), undefined);
});

Deno.test("checkResources() asks this machine, also for a folder that is not there yet", async () => {
  await inFolder(async (dir) => {
    const folder = `${dir}/new/cohort`;
    assertEquals(await checkResources("A try", { folder, needs: { disk: 1, memory: 1 } }), undefined);
    await assertRejects(
      () => checkResources("A try", { folder, needs: { disk: 1e18, memory: 1 } }),
      InputError,
      "1000000000.0 GB",
    );
    const { disk, memory } = await free(folder);
    // GNU df and /proc/meminfo are the ones that people would ask.
    if (Deno.build.os === "linux") {
      const { stdout } = await new Deno.Command("df", { args: ["--output=avail", "-B1", dir] }).output();
      const df = Number(new TextDecoder().decode(stdout).split("\n")[1]);
      assertEquals(Math.abs(disk / df - 1) < 0.05, true, `${disk} against df's ${df}`);
      const total = Number(/MemTotal: +(\d+) kB/.exec(await Deno.readTextFile("/proc/meminfo"))![1]) * 1024;
      assertEquals(memory > 0 && memory < total, true, `${memory} of ${total}`);
    }
  });
});

/** What is free, as the messages of checkResources() tell. */
async function free(folder: string) {
  const refusal = await checkResources("A try", { folder, needs: { disk: 1e18, memory: 0 } }).catch(String);
  const warning = await checkResources("A try", { folder, needs: { disk: 0, memory: 1e18 } });
  const bytes = (text: string | undefined, pattern: RegExp) => {
    const [, number, unit] = pattern.exec(text ?? "")!;
    return Number(number) * (unit === "GB" ? 1e9 : 1e6);
  };
  return {
    disk: bytes(refusal, /disk has only ([\d.]+) (MB|GB) free/),
    memory: bytes(warning, /but only ([\d.]+) (MB|GB) are free/),
  };
}

Deno.test("folderBytes() adds up files, follows no link, and is 0 for nothing", () =>
  inFolder(async (dir) => {
    assertEquals(await folderBytes(`${dir}/none`), 0);
    await Deno.mkdir(`${dir}/a/b`, { recursive: true });
    await Deno.writeFile(`${dir}/a/x`, new Uint8Array(1000));
    await Deno.writeFile(`${dir}/a/b/y`, new Uint8Array(234));
    assertEquals(await folderBytes(`${dir}/a`), 1234);
    assertEquals(await folderBytes(`${dir}/a/x`), 1000);
    await Deno.symlink(`${dir}/a`, `${dir}/a/b/loop`);
    const { size } = await Deno.lstat(`${dir}/a/b/loop`);
    assertEquals(await folderBytes(`${dir}/a`), 1234 + size);
  }));

Deno.test("formatBytes() has the unit that people expect", () => {
  const sizes = [0, 1, 999_999, 1e6, 94.4e6, 999.4e6, 999.6e6, 1.25e9];
  assertEquals(sizes.map(formatBytes), ["0 kB", "1 kB", "1000 kB", "1 MB", "94 MB", "999 MB", "1.0 GB", "1.3 GB"]);
});

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
