import { join } from "node:path";
import { ignoreNotFound } from "../files/exists.ts";
import { createProgress, formatSeconds, type Progress, progressLine } from "./progress.ts";
import { formatBytes } from "../format.ts";

/** What a line of a log is about: the run, a notebook of it, a stage such as the features of a network, a warning. */
export type LogKind = "run" | "notebook" | "stage" | "warning";

/** One line of a log. */
export interface LogLine {
  /** When it was written, ISO 8601 in UTC. */
  readonly time: string;
  /** What it is about. */
  readonly kind: LogKind;
  /** What happened. */
  readonly text: string;
}

/** The log of a run that goes on. */
export interface RunLog extends Disposable {
  /** Its file. */
  readonly path: string;
  /** Adds a line. */
  write(kind: LogKind, text: string): void;
}

/**
 * Adds a line to a log, such as from another process of the same run. A log that cannot be written, such as on a full
 * disk, does not end the run that it tells of.
 */
export function appendLog(path: string, kind: LogKind, text: string): void {
  const lines = text.split("\n").filter((line) => line.trim() !== "").map((line) => line.replaceAll("\t", " "));
  const time = new Date().toISOString();
  try {
    Deno.writeTextFileSync(path, lines.map((line) => `${time}\t${kind}\t${line}\n`).join(""), { append: true });
  } catch {
    // See above.
  }
}

/**
 * Begins a log in a folder, which is created if needed: `<folder>/<time>-<process>.log`. A lock on the file says that the
 * run goes on; it ends with the process, however that ends.
 *
 * @example
 * ```ts
 * import { openRunLog, readRunLogs } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * using log = await openRunLog(folder);
 * log.write("run", "reproduce, profile smoke");
 * const [read] = await readRunLogs(folder);
 * assertEquals([read!.isRunning, read!.lines[0]!.text], [true, "reproduce, profile smoke"]);
 * ```
 */
export async function openRunLog(folder: string): Promise<RunLog> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const path = join(folder, `${time}-${Deno.pid}.log`);
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    file = await Deno.open(path, { create: true, append: true });
    await file.lock(true);
  } catch {
    // Without a folder to write to there is no log, and the results will say why.
  }
  return {
    path,
    write: (kind, text) => appendLog(path, kind, text),
    [Symbol.dispose]: () => file?.close(),
  };
}

/** A log that was read. */
export interface ReadLog {
  /** Its file. */
  readonly path: string;
  /** Whether the run that writes it goes on. False where the system has no locks. */
  readonly isRunning: boolean;
  /** All lines, in order. */
  readonly lines: readonly LogLine[];
}

/** The logs of a folder, the latest first; none if there is no such folder. */
export async function readRunLogs(folder: string): Promise<ReadLog[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(ignoreNotFound) ?? [];
  const paths = names.filter((name) => name.endsWith(".log")).sort().reverse().map((name) => join(folder, name));
  return await Promise.all(paths.map(async (path) => ({
    path,
    isRunning: await isLocked(path),
    lines: (await Deno.readTextFile(path)).split("\n").flatMap(parseLine),
  })));
}

/** The line that a process is killed in the middle of is left out. */
function parseLine(line: string): LogLine[] {
  const [time, kind, text] = line.split("\t");
  return text === undefined ? [] : [{ time: time!, kind: kind as LogKind, text }];
}

async function isLocked(path: string): Promise<boolean> {
  using file = await Deno.open(path, { read: true, write: true });
  try {
    return !await file.tryLock(true);
  } catch {
    return false;
  }
}

/** Seconds between two lines of a stage. */
const EVERY_SECONDS = 10;

/**
 * A progress that is written into a log, too: the start of every stage, a line every 10 s with the time left and this
 * process's memory, and the end.
 */
export function loggedProgress(progress: Progress, path: string): Progress {
  const memory = () => formatBytes(Deno.memoryUsage().rss);
  const log = createProgress({
    show: (state) => appendLog(path, "stage", `${progressLine(state)}; ${memory()}`),
    end: (summary, { seconds }) => appendLog(path, "stage", `${summary} (${formatSeconds(seconds)}); ${memory()}`),
    everySeconds: EVERY_SECONDS,
  });
  return {
    start(label, total) {
      log.start(label, total);
      progress.start(label, total);
    },
    tick(steps) {
      log.tick(steps);
      progress.tick(steps);
    },
    done(summary) {
      log.done(summary);
      progress.done(summary);
    },
  };
}
