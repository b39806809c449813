import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { KernelError, startKernel } from "@ctsurv/notebook/kernel/kernel.ts";
import { childrenOf } from "../support.ts";

Deno.test("startKernel() gives a kernel that keeps state, counts executions and knows its language", async () => {
  await using kernel = await startKernel({ cwd: Deno.cwd() });
  assertEquals(kernel.language.name, "typescript");
  assertEquals(await kernel.execute("const a: number = 20;"), { count: 1 });
  let result: unknown;
  const execution = await kernel.execute("a + 1", {
    onOutput: ({ header, content }) => header.msg_type === "execute_result" && (result = content.data),
  });
  assertEquals(execution, { count: 2 });
  assertEquals(result, { "text/plain": "21" });
});

Deno.test("Kernel.interrupt() stops a computation, and the next one runs", async () => {
  await using kernel = await startKernel({ cwd: Deno.cwd() });
  // Interrupted before it begins, it would not end.
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const running = kernel.execute('console.log("begun"); while (true) {}', { onOutput: () => begin() });
  await begun;
  await kernel.interrupt();
  assertEquals((await running).error?.name, "Interrupted");
  assertEquals((await kernel.execute("1")).error, undefined);
});

Deno.test("Kernel.execute() throws when the kernel dies, and ever after", async () => {
  await using kernel = await startKernel({ cwd: Deno.cwd() });
  const running = kernel.execute("await new Promise(() => {})");
  kernel.kill();
  await assertRejects(() => running, KernelError, "killed by SIGKILL");
  await assertRejects(() => kernel.execute("1"), KernelError, "killed by SIGKILL");
});

Deno.test("Kernel.execute() delivers a huge output whole or says that it was lost", async () => {
  await using kernel = await startKernel({ cwd: Deno.cwd() });
  let length = 0;
  try {
    await kernel.execute('console.log("x".repeat(2e7))', {
      onOutput: ({ content }) => length += typeof content.text === "string" ? content.text.length : 0,
    });
    assertEquals(length, 2e7 + 1);
  } catch (error) {
    assert(error instanceof KernelError);
    assertStringIncludes(error.message, "breaks an output of more than 4 MB");
  }
});

Deno.test({
  name: "startKernel() leaves no process and no connection file when disposed of by an exception",
  ignore: Deno.build.os !== "linux",
  async fn() {
    let pid = 0;
    let file = "";
    await assertRejects(
      async () => {
        await using kernel = await startKernel({ cwd: Deno.cwd() });
        pid = kernel.pid;
        assert(childrenOf(Deno.pid).includes(pid));
        file = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").at(-2)!;
        throw new Error("on purpose");
      },
      Error,
      "on purpose",
    );
    assert(!childrenOf(Deno.pid).includes(pid));
    // Its own: other kernels, of this machine or of this test run, may be about to read theirs.
    assertStringIncludes(file, "ctsurv-kernel-");
    assertEquals([existsSync(file), existsSync(dirname(file))], [false, false]);
  },
});
