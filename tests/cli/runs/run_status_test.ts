import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { appendLog, openRunLog } from "@ctsurv/base/mod.ts";
import { runStatus } from "../../../lib/cli/runs/run_status.ts";
import { inFolder } from "../../support/in_folder.ts";

const minutesLater = (minutes: number) => new Date(Date.now() + 60_000 * minutes);

Deno.test("runStatus() says where a run is that goes on, and how one ended", () =>
  inFolder(async (dir) => {
    const folder = join(dir, "phantom-lung1-smoke", "logs");
    assertMatch((await runStatus(folder)).text, /^No run has written a log into .*phantom-lung1-smoke yet$/);
    {
      using log = await openRunLog(folder);
      log.write("run", "started: profile smoke");
      log.write("notebook", "02_backbone_comparison.ipynb: 4 of 20 cells");
      log.write("stage", "AlexNet: epochs: 12/30, 9 s left; 812 MB");
      log.write("warning", "a scan is doubtful");
      const { text, json } = await runStatus(folder, minutesLater(3));
      assertEquals(text.split("\n").slice(0, 4), [
        "Running for 3 min 0 s, last heard of 3 min 0 s ago",
        "  02_backbone_comparison.ipynb: 4 of 20 cells",
        "  AlexNet: epochs: 12/30, 9 s left; 812 MB",
        "  1 warning",
      ]);
      assertEquals(json.runs.map(({ state, warnings }) => ({ state, warnings })), [{ state: "running", warnings: 1 }]);
    }
    const ended = await runStatus(folder, minutesLater(1));
    assertMatch(ended.text, /^Not running: it ended without a word 1 min 0 s ago, as by kill/);
    for (const [word, state] of [["failed: no such cohort", "failed"], ["finished in 8 s", "finished"]] as const) {
      appendLog(ended.json.runs[0]!.log, "run", word);
      const { text, json } = await runStatus(folder);
      assertEquals([text.split("\n")[0], json.runs[0]!.state], [`Not running: ${word}`, state]);
    }
  }));

Deno.test("runStatus() shows every run that goes on, and none that has ended beside them", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "2020-01-01T00-00-00-1.log"), "2020-01-01T00:00:00.000Z\trun\tfinished\n");
    const logs = [await openRunLog(folder)];
    assertEquals((await runStatus(folder)).json.runs.map(({ log }) => log), logs.map(({ path }) => path));
    logs[0]![Symbol.dispose]();
  }));
