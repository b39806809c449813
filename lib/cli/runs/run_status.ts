import { dirname } from "node:path";
import { formatSeconds, type LogKind, type ReadLog, readRunLogs } from "@ctsurv/base/mod.ts";

/** What is known of the runs of a folder of results, as text and for programs. */
export interface RunStatus {
  readonly text: string;
  readonly json: { readonly runs: readonly DescribedRun[] };
}

interface DescribedRun {
  readonly log: string;
  readonly state: "running" | "finished" | "failed" | "ended";
  readonly started: string | null;
  /** When the last line was written. */
  readonly heard: string | null;
  readonly notebook: string | null;
  readonly stage: string | null;
  readonly warnings: number;
  readonly last: string | null;
}

/**
 * How far the runs of `reproduce` have come that write into a folder: those that go on, or else the last one that has
 * ended.
 *
 * @param folder The folder of the logs.
 */
export async function runStatus(folder: string, now: Date = new Date()): Promise<RunStatus> {
  const logs = await readRunLogs(folder);
  const running = logs.filter(({ isRunning }) => isRunning);
  const runs = (running.length > 0 ? running : logs.slice(0, 1)).map(describe);
  const text = runs.length === 0
    ? `No run has written a log into ${dirname(folder)} yet`
    : runs.map((run) => lines(run, now).join("\n")).join("\n\n");
  return { text, json: { runs } };
}

function describe({ path, isRunning, lines }: ReadLog): DescribedRun {
  const last = (kind: LogKind) => lines.findLast((line) => line.kind === kind)?.text ?? null;
  const run = last("run");
  const hasEnded = run?.startsWith("finished") ? "finished" : run?.startsWith("failed") ? "failed" : "ended";
  return {
    log: path,
    state: isRunning ? "running" : hasEnded,
    started: lines[0]?.time ?? null,
    heard: lines.at(-1)?.time ?? null,
    notebook: last("notebook"),
    stage: last("stage"),
    warnings: lines.filter(({ kind }) => kind === "warning").length,
    last: run,
  };
}

function lines({ log, state, started, heard, notebook, stage, warnings, last }: DescribedRun, now: Date): string[] {
  const since = (time: string | null) => time === null ? "?" : formatSeconds((+now - Date.parse(time)) / 1000);
  const head = {
    running: `Running for ${since(started)}, last heard of ${since(heard)} ago`,
    finished: `Not running: ${last}`,
    failed: `Not running: ${last}`,
    ended:
      `Not running: it ended without a word ${since(heard)} ago, as by kill or a power failure. Run the same command ` +
      "again to go on",
  }[state];
  const where = state === "finished" ? [] : [notebook, stage].flatMap((line) => line ?? []);
  return [
    head,
    ...where.map((line) => `  ${line}`),
    ...warnings > 0 ? [`  ${warnings} ${warnings === 1 ? "warning" : "warnings"}`] : [],
    `  Log: ${log}`,
  ];
}
