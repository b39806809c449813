import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { appendLog, loggedProgress, openRunLog, readRunLogs } from "@ctsurv/base/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

Deno.test("a log has a line for each thing, with its time, and says whether its run goes on", () =>
  inFolder(async (dir) => {
    const folder = join(dir, "logs");
    assertEquals(await readRunLogs(folder), []);
    {
      using log = await openRunLog(folder);
      log.write("run", "started");
      log.write("warning", "two lines,\n\nand a\ttab\n");
      const [{ isRunning, lines, path }, ...others] = await readRunLogs(folder) as [
        Awaited<ReturnType<typeof readRunLogs>>[0],
      ];
      assertEquals([isRunning, path, others.length], [true, log.path, 0]);
      assertEquals(lines.map(({ kind, text }) => [kind, text]), [
        ["run", "started"],
        ["warning", "two lines,"],
        ["warning", "and a tab"],
      ]);
      for (const { time } of lines) assert(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
    }
    assertEquals((await readRunLogs(folder)).map(({ isRunning }) => isRunning), [false]);
  }));

Deno.test("a run that is killed is not running, and its half line is left out", () =>
  inFolder(async (dir) => {
    const script = `
      import { openRunLog } from "@ctsurv/base/mod.ts";
      const log = await openRunLog(${JSON.stringify(dir)});
      log.write("run", "started");
      await Deno.writeTextFile(log.path, "2026-01-01T00:00:00.000Z\\tsta", { append: true });
      console.log("here");
      setInterval(() => {}, 1000);
    `;
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--frozen", "--config", config, "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const reader = child.stdout.getReader();
    await reader.read();
    assertEquals((await readRunLogs(dir)).map(({ isRunning }) => isRunning), [true]);
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
    const [log] = await readRunLogs(dir);
    assertEquals([log!.isRunning, log!.lines.map(({ text }) => text)], [false, ["started"]]);
  }));

Deno.test("a log that cannot be written does not end the run", () =>
  inFolder(async (dir) => {
    await Deno.writeTextFile(join(dir, "file"), "");
    using log = await openRunLog(join(dir, "file", "logs"));
    log.write("run", "started");
    appendLog(join(dir, "nowhere", "x.log"), "run", "started");
    assertEquals(Array.from(Deno.readDirSync(dir)).length, 1);
  }));

Deno.test("loggedProgress() shows a stage where it was shown before, and writes its start and end with the memory", () =>
  inFolder(async (dir) => {
    const path = join(dir, "run.log");
    const told: unknown[] = [];
    const shown = {
      start: (label: string, total: number) => void told.push([label, total]),
      tick: (steps?: number) => void told.push(steps),
      done: (summary?: string) => void told.push(summary),
    };
    const progress = loggedProgress(shown, path);
    progress.start("Features", 2);
    progress.tick();
    progress.tick(1);
    progress.done("Features of 2 patients");
    assertEquals(told, [["Features", 2], undefined, 1, "Features of 2 patients"]);
    const lines = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) =>
      line.split("\t").slice(1).join(" ")
    );
    assertEquals(lines.length, 2);
    assertMatch(lines[0]!, /^stage Features: 0\/2; \d+(\.\d)? [MG]B$/);
    assertMatch(lines[1]!, /^stage Features of 2 patients \(0 s\); \d+(\.\d)? [MG]B$/);
  }));
