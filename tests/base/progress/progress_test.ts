import { assertEquals } from "@std/assert";
import { formatSeconds, notebookProgress } from "@ctsurv/base/mod.ts";
import { createProgress, progressLine } from "@ctsurv/base/progress/progress.ts";

Deno.test("progressLine() foretells from the mean time per step, and nothing before the first", () => {
  const task = { label: "embedding", total: 80 };
  assertEquals(progressLine({ ...task, value: 0, seconds: 3 }), "embedding: 0/80");
  assertEquals(progressLine({ ...task, value: 20, seconds: 30 }), "embedding: 20/80, 1 min 30 s left");
  assertEquals(progressLine({ ...task, value: 80, seconds: 120 }), "embedding: 80/80");
});

Deno.test("formatSeconds() rounds to what a person wants to know", () => {
  assertEquals([0.2, 59.4, 59.6, 3599.6, 7500].map(formatSeconds), [
    "0 s",
    "59 s",
    "1 min 0 s",
    "1 h 0 min",
    "2 h 5 min",
  ]);
});

Deno.test("createProgress() shows the start, limits the rate, and ends with the summary", () => {
  const seen: string[] = [];
  const options = { show: () => seen.push("show"), end: (summary: string) => seen.push(summary) };
  const rare = createProgress({ ...options, everySeconds: 60 });
  rare.start("cells", 3);
  for (let i = 0; i < 3; i++) rare.tick();
  rare.done();
  assertEquals(seen.splice(0), ["show", "cells: 3/3"]);
  const always = createProgress({ ...options, everySeconds: 0 });
  always.start("cells", 3);
  always.tick(2);
  always.tick();
  always.done("all of them");
  assertEquals(seen, ["show", "show", "show", "all of them"]);
});

Deno.test("notebookProgress() updates one display and leaves no time in it", async () => {
  const calls: [string, boolean][] = [];
  const ids = new Set<string>();
  const progress = notebookProgress((bundle, { display_id, update }) => {
    calls.push([bundle["text/plain"]!, update]);
    ids.add(display_id);
    return Promise.resolve();
  });
  progress.start("embedding", 2);
  progress.tick(2);
  progress.done("2 patients embedded");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(calls, [["embedding: 0/2", false], ["2 patients embedded", true]]);
  assertEquals(ids.size, 1);
});
