import { assertEquals } from "@std/assert";
import { startKernel } from "@ctsurv/notebook/kernel/kernel.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Makes progress for 20 s, as an embedding or a training does, and prints a line when it has begun. */
const longCell = `
  progress.start("steps", 2000);
  console.log("begun");
  for (let i = 0; i < 2000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    progress.tick();
  }`;

Deno.test({
  name: "the Stop button's signal before there is progress leaves the kernel alive, once the library is imported",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using kernel = await startKernel({ cwd: root });
    await kernel.execute('await import("@ctsurv/study/mod.ts"); const kept = 41;');
    const { error } = await kernel.execute('console.log("begun"); await new Promise((go) => setTimeout(go, 500));', {
      onOutput({ content }) {
        if (content.text === "begun\n") Deno.kill(kernel.pid, "SIGINT");
      },
    });
    assertEquals(error, undefined);
    let text = "";
    await kernel.execute("console.log(kept + 1);", {
      onOutput: ({ header, content }) => {
        if (header.msg_type === "stream") text += content.text;
      },
    });
    assertEquals(text, "42\n");
  },
});

Deno.test({
  name: "the Stop button's signal ends a cell that makes progress, and the kernel keeps what it knows",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using kernel = await startKernel({ cwd: root });
    await kernel.execute(`
      const { notebookProgress } = await import("@ctsurv/base/mod.ts");
      const progress = notebookProgress(Deno.jupyter.display);
      const kept = 41;`);
    // Pressed when nothing runs: no reason to stop what is started later.
    Deno.kill(kernel.pid, "SIGINT");
    const started = performance.now();
    const { error } = await kernel.execute(longCell, {
      onOutput({ content }) {
        if (content.text === "begun\n") Deno.kill(kernel.pid, "SIGINT");
      },
    });
    assertEquals([error?.name, error?.message], ["Interrupted", "Stopped by the Stop button"]);
    assertEquals(performance.now() - started < 10_000, true);
    let text = "";
    const after = await kernel.execute("progress.start('more', 1); progress.tick(); console.log(kept + 1);", {
      onOutput: ({ header, content }) => {
        if (header.msg_type === "stream") text += content.text;
      },
    });
    assertEquals([after.error, text], [undefined, "42\n"]);
  },
});
