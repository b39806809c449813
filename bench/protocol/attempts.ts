import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { machineLoad, ownUsage, round, type Usage } from "./usage.ts";

/** One try at a stage. It is kept while the stage runs, so that what a killed process took is counted too. */
export interface Attempt extends Usage {
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly load: { readonly start: number; readonly end: number };
  /** Bytes in the folder of work when it began. */
  readonly bytesBefore: number;
}

/** How often a running attempt is written: what a killed one took is known to that. */
const HEARTBEAT_MS = 5000;

/** Keeps the attempt of this process in a folder until `end` is called, which writes it for the last time. */
export function keepAttempt(folder: string, bytesBefore: number): { end(): Promise<Attempt> } {
  const [began, started, start] = [Date.now(), performance.now(), machineLoad()];
  const path = join(folder, `${began}.json`);
  const write = async (): Promise<Attempt> => {
    const load = { start, end: machineLoad() };
    const attempt = { began, ...await ownUsage(started), load, bytesBefore };
    await writeAtomic(path, JSON.stringify(attempt));
    return attempt;
  };
  let last = write();
  const timer = setInterval(() => last = last.then(write), HEARTBEAT_MS);
  return {
    async end() {
      clearInterval(timer);
      await last;
      return await write();
    },
  };
}

/** All attempts at a stage, the earliest first. */
export async function readAttempts(folder: string): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".json")) attempts.push(JSON.parse(await Deno.readTextFile(join(folder, name))));
  }
  return attempts.sort((a, b) => a.began - b.began);
}

/** What all attempts took together: sums of times, the largest memory, the loads at the first start and the last end. */
export function sumAttempts(attempts: readonly Attempt[]): Usage & Pick<Attempt, "load" | "bytesBefore"> {
  const [first, last] = [attempts[0]!, attempts.at(-1)!];
  const sum = (of: (attempt: Attempt) => number) => round(attempts.reduce((total, one) => total + of(one), 0));
  return {
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    peakMegabytes: Math.max(...attempts.map(({ peakMegabytes }) => peakMegabytes)),
    load: { start: first.load.start, end: last.load.end },
    bytesBefore: first.bytesBefore,
  };
}
