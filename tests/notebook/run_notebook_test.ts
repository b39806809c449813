import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { runNotebook } from "@ctsurv/notebook/mod.ts";
import { lockedRun } from "../support/locked_run.ts";
import { childrenOf, printed, runCells, temporaryNotebook } from "./support.ts";

const linux = Deno.build.os === "linux";

Deno.test("runNotebook() loses no output of 100 quick and 20 slow cells", async () => {
  const quick = Array.from({ length: 100 }, (_, i) => `console.log("line ${i}"); ${i}`);
  const slow = Array.from(
    { length: 20 },
    (_, i) => `await new Promise((r) => setTimeout(r, 20)); console.log(${i}); ${i}`,
  );
  const { run, cells } = await runCells([...quick, ...slow]);
  assertEquals(run.failed, undefined);
  assertEquals(run.cells, 120);
  cells.forEach((cell, i) => {
    const value = i < 100 ? i : i - 100;
    assertEquals(cell.execution_count, i + 1);
    assertEquals(cell.outputs, [
      { output_type: "stream", name: "stdout", text: i < 100 ? `line ${value}\n` : `${value}\n` },
      { output_type: "execute_result", data: { "text/plain": `${value}` }, metadata: {}, execution_count: i + 1 },
    ]);
  });
});

Deno.test("runNotebook() keeps many lines and a large output whole", async () => {
  const { run, cells } = await runCells([
    "for (let i = 0; i < 5000; i++) console.log(i)",
    'await Deno.jupyter.display({ "text/html": "x".repeat(2e6) }, { raw: true })',
  ]);
  assertEquals(run.failed, undefined);
  assertEquals(printed(cells[0]), Array.from({ length: 5000 }, (_, i) => `${i}\n`).join(""));
  const [display] = cells[1]!.outputs;
  assert(display?.output_type === "display_data");
  assertEquals((display.data["text/html"] as string).length, 2e6);
});

Deno.test("runNotebook() stops at a cell that throws and writes what it has", async () => {
  const { run, document, cells } = await runCells([
    'console.log("before")',
    '\n// the culprit\nconsole.log("during");\nthrow new RangeError("too far")',
    'console.log("never")',
  ]);
  assertEquals(run.cells, 2);
  assertEquals(run.failed?.cell, 2);
  assertEquals(run.failed?.firstLine, "// the culprit");
  assertEquals(run.failed?.name, "RangeError");
  assertEquals(run.failed?.message, "too far");
  assertStringIncludes(run.failed!.traceback.join("\n"), "RangeError: too far");
  assertEquals(printed(cells[0]), "before\n");
  assertEquals(cells[1]?.outputs.map((output) => output.output_type), ["stream", "error"]);
  assertEquals(cells[2]?.outputs, []);
  assertEquals(cells[2]?.execution_count, null);
  assertEquals([document.nbformat, document.nbformat_minor], [4, 5]);
  assertEquals(document.metadata.kernelspec, { display_name: "Deno", language: "typescript", name: "deno" });
  assertEquals(new Set(document.cells.map((cell) => cell.id)).size, 3);
});

Deno.test("runNotebook() goes on after an error in a cell tagged raises-exception", async () => {
  await using notebook = await temporaryNotebook(['throw new Error("shown on purpose")', "1"]);
  const content = JSON.parse(await Deno.readTextFile(notebook.path));
  content.cells[0].metadata = { tags: ["raises-exception"] };
  await Deno.writeTextFile(notebook.path, JSON.stringify(content));
  assertEquals((await runNotebook(notebook.path)).failed, undefined);
});

for (
  const [what, source, message] of [
    ["an unhandled rejection", 'Promise.reject(new Error("lost")); 1', "lost"],
    ["a function that nobody awaits", 'async function run() { throw new Error("unawaited"); }\nrun()', "unawaited"],
    ["a throw in a timer", 'setTimeout(() => { throw new Error("late") }, 0); 1', "late"],
    ["a rejection with something that is no error", 'Promise.reject("just text"); 1', "just text"],
  ] as const
) {
  Deno.test(`runNotebook() fails on ${what}`, async () => {
    const { run, cells } = await runCells([source, "2"]);
    assertEquals(run.failed?.cell, 1);
    assertEquals(run.failed?.message, message);
    assertEquals(cells[0]?.outputs.at(-1)?.output_type, "error");
  });
}

Deno.test("runNotebook() fails on a rejection shortly after the last cell", async () => {
  const { run } = await runCells(['setTimeout(() => Promise.reject(new Error("at the end")), 20); 1']);
  assertEquals(run.failed?.message, "at the end");
});

Deno.test("runNotebook() says what does not parse, and where", async () => {
  const { run } = await runCells(["const a = 1;\nconst b = ;"]);
  assertEquals(run.failed?.name, "SyntaxError");
  assertEquals(run.failed?.message, "Expression expected");
  assertMatch(run.failed!.traceback.join("\n"), /line 2, column 11/);
});

Deno.test("runNotebook() reads relative imports from the notebook's folder and parameters from env", async () => {
  await using notebook = await temporaryNotebook([
    'import { seven } from "./seven.ts";\nconsole.log(seven, Deno.env.get("CTSURV_TEST"))',
  ]);
  await Deno.writeTextFile(join(notebook.folder, "seven.ts"), "export const seven: number = 7;");
  const output = join(notebook.folder, "out", "done.ipynb");
  const before = await Deno.readTextFile(notebook.path);
  const run = await runNotebook(notebook.path, { env: { CTSURV_TEST: "given" }, output });
  assertEquals(run.failed, undefined);
  assertStringIncludes(await Deno.readTextFile(output), "7 given\\n");
  assertEquals(await Deno.readTextFile(notebook.path), before);
});

Deno.test("runNotebook() updates a display in place, also from a later cell", async () => {
  const show = (text: string, update: boolean) =>
    `await Deno.jupyter.display({ "text/plain": "${text}" }, { raw: true, display_id: "bar", update: ${update} });`;
  const { cells } = await runCells([
    show("0 %", false) + show("50 %", true) + 'console.log("between");',
    show("100 %", true),
  ]);
  assertEquals(cells[0]?.outputs, [
    { output_type: "display_data", data: { "text/plain": "100 %" }, metadata: {} },
    { output_type: "stream", name: "stdout", text: "between\n" },
  ]);
  assertEquals(cells[1]?.outputs, []);
});

Deno.test("runNotebook() honours clear_output, at once and with wait", async () => {
  const clear = (wait: boolean) => `await Deno.jupyter.broadcast("clear_output", { wait: ${wait} });`;
  const { cells } = await runCells([
    `console.log("old");${clear(false)}console.log("new")`,
    `console.log("old");${clear(true)}console.log("new")`,
    `console.log("kept");${clear(true)}`,
  ]);
  assertEquals(cells.map(printed), ["new\n", "new\n", "kept\n"]);
});

Deno.test("runNotebook() keeps stdout and stderr apart, and no terminal colours", async () => {
  const { cells } = await runCells(['console.log("\\x1b[31mred\\x1b[0m"); console.error("bad"); console.log("good")']);
  assertEquals(cells[0]?.outputs, [
    { output_type: "stream", name: "stdout", text: "red\n" },
    { output_type: "stream", name: "stderr", text: "bad\n" },
    { output_type: "stream", name: "stdout", text: "good\n" },
  ]);
});

Deno.test("runNotebook() is byte-identical when run twice, and when run on its own output", async () => {
  await using notebook = await temporaryNotebook([
    "const values = [3, 1, 2].sort(); values",
    'console.log("text"); await Deno.jupyter.display({ "text/html": "<b>1</b>\\n" }, { raw: true, display_id: "x" })',
  ]);
  await runNotebook(notebook.path);
  const first = await Deno.readTextFile(notebook.path);
  await runNotebook(notebook.path);
  assertEquals(await Deno.readTextFile(notebook.path), first);
});

Deno.test("runNotebook() ends a cell that takes too long, whether it computes or waits", async () => {
  for (const source of ["while (true) {}", "await new Promise(() => {})"]) {
    const { run, cells } = await runCells([source, "1"], { timeoutSeconds: 0.5 });
    assertEquals(run.failed?.name, "TimeoutError");
    // 4.5 s where it waits, beyond what a busy machine takes to start the kernel; without an end it would be for ever.
    assert(run.seconds < 15, `took ${run.seconds} s`);
    assertEquals(cells[1]?.outputs, []);
  }
});

Deno.test("runNotebook() reports a kernel that ends in the middle of a cell", async () => {
  const kill = await runCells([
    'console.log("so far"); await 0; Deno.kill(Deno.pid, "SIGKILL"); await new Promise(() => {})',
  ]);
  assertEquals(kill.run.failed?.name, "KernelError");
  assertStringIncludes(kill.run.failed!.message, "SIGKILL");
  assertEquals(kill.cells[0]?.outputs.at(-1)?.output_type, "error");
  const exit = await runCells(["Deno.exit(3)"]);
  assertStringIncludes(exit.run.failed!.message, "exit code 3");
});

Deno.test("runNotebook() counts cells in onCell", async () => {
  const seen: string[] = [];
  await runCells(["1", "", "2"], { onCell: ({ done, total }) => seen.push(`${done}/${total}`) });
  assertEquals(seen, ["0/2", "1/2", "2/2"]);
});

Deno.test("runNotebook() throws an InputError for what is no notebook", async () => {
  await using notebook = await temporaryNotebook([]);
  await Deno.writeTextFile(notebook.path, '{"nbformat": 3}');
  await assertRejects(() => runNotebook(notebook.path), InputError, "not a Jupyter notebook");
  await assertRejects(() => runNotebook(`${notebook.path}.none`), InputError, "Cannot read");
});

Deno.test({
  name: "runNotebook() leaves no process behind, whether cells pass, fail or hang",
  ignore: !linux,
  async fn() {
    // Tests of other files may have children of this process, too, while these run.
    const CTSURV_TEST = crypto.randomUUID();
    const kernels = () => childrenOf(Deno.pid, `CTSURV_TEST=${CTSURV_TEST}`).length;
    const seen: number[] = [];
    const options = { env: { CTSURV_TEST }, onCell: () => void seen.push(kernels()) };
    await runCells(["1"], options);
    await runCells(["throw 1"], options);
    await runCells(["await new Promise(() => {})"], { ...options, timeoutSeconds: 0.2 });
    assertEquals(kernels(), 0);
    assert(seen.length >= 3 && seen.every((count) => count === 1), `while they ran: ${seen}`);
  },
});

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test({
    name: `runNotebook() leaves no kernel behind when its own process gets ${signal}`,
    ignore: !linux,
    async fn() {
      await using notebook = await temporaryNotebook(['console.log("started")', "await new Promise(() => {})"]);
      const script = join(notebook.folder, "run.ts");
      const module = import.meta.resolve("@ctsurv/notebook/mod.ts");
      await Deno.writeTextFile(
        script,
        `import { runNotebook } from ${JSON.stringify(module)};
         await runNotebook(${JSON.stringify(notebook.path)}, {
           onCell: ({ done }) => console.log(done),
           onInterrupted: () => Deno.writeTextFileSync(${JSON.stringify(join(notebook.folder, "interrupted"))}, ""),
         });`,
      );
      const runner = new Deno.Command(Deno.execPath(), {
        args: lockedRun(script),
        stdout: "piped",
        stderr: "null",
      }).spawn();
      // The runner is in its second cell once it has printed "0" and "1".
      let text = "";
      for await (const chunk of runner.stdout.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (!text.includes("1")) continue;
        const kernels = childrenOf(runner.pid);
        assertEquals(kernels.length, 1);
        Deno.kill(runner.pid, signal);
        const { signal: endedBy } = await runner.status;
        assertEquals(endedBy, signal);
        await until(() => !isAlive(kernels[0]!));
        break;
      }
      assertStringIncludes(text, "1");
      if (signal === "SIGINT") {
        const written = await Deno.readTextFile(notebook.path);
        assertStringIncludes(written, "started\\n");
        assertStringIncludes(written, "Interrupted");
        assertEquals(await Deno.readTextFile(join(notebook.folder, "interrupted")), "");
      }
    },
  });
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert(performance.now() < deadline, "Waited 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("runNotebook() refuses a notebook of another kernel by its name, and takes those of Deno's", async () => {
  const others: readonly (readonly [metadata: Record<string, unknown>, named: string])[] = [
    [
      { kernelspec: { name: "python3", display_name: "Python 3 (ipykernel)", language: "python" } },
      "Python 3 (ipykernel)",
    ],
    [{ kernelspec: { name: "python3", display_name: "Python 3" }, language_info: { name: "python" } }, "Python 3"],
    [{ kernelspec: { name: "ir", display_name: "R", language: "R" } }, '"R", for R'],
    [{ kernelspec: { name: "julia-1.10", display_name: "Julia 1.10" } }, "Julia 1.10"],
    [{ language_info: { name: "python" } }, "python"],
  ];
  await using file = await temporaryNotebook(["6 * 7"]);
  const notebook = JSON.parse(await Deno.readTextFile(file.path));
  const write = (metadata: Record<string, unknown>) =>
    Deno.writeTextFile(file.path, JSON.stringify({ ...notebook, metadata }));
  for (const [metadata, named] of others) {
    await write(metadata);
    const before = await Deno.readTextFile(file.path);
    const { message } = await assertRejects(() => runNotebook(file.path), InputError);
    assertStringIncludes(message, `${file.path} is a notebook for`);
    assertStringIncludes(message, named);
    assertEquals(await Deno.readTextFile(file.path), before);
  }
  const own = { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } };
  for (const metadata of [own, { kernelspec: { name: "deno" } }, { kernelspec: null }]) {
    await write(metadata);
    assertEquals((await runNotebook(file.path)).failed, undefined);
  }
});
