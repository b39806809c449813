import { cpuUsage } from "node:process";
import { peakMemory } from "@ctsurv/base/mod.ts";

/** What a process took so far. */
export interface Usage {
  /** Seconds by the clock. */
  readonly wallSeconds: number;
  /** Seconds of processors, user and system, of all threads and of the children that have ended. */
  readonly cpuSeconds: number;
  /** The most resident memory, MB (2^20 bytes); 0 where the system does not tell. */
  readonly peakMegabytes: number;
}

/** Fields of `/proc/self/stat`, counted after the name in brackets: clock ticks of children that have ended. */
const [CHILDREN_USER, CHILDREN_SYSTEM] = [13, 14];
/** Linux counts in hundredths of a second there, on every machine that Deno runs on. */
const TICKS = 100;

/** What this process took since it began. */
export async function ownUsage(started: number): Promise<Usage> {
  const { user, system } = cpuUsage();
  const stat = await Deno.readTextFile("/proc/self/stat").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const children = (Number(fields[CHILDREN_USER] ?? 0) + Number(fields[CHILDREN_SYSTEM] ?? 0)) / TICKS;
  return {
    wallSeconds: round((performance.now() - started) / 1000),
    cpuSeconds: round((user + system) / 1e6 + children),
    peakMegabytes: Math.round((await peakMemory() ?? 0) / 2 ** 20),
  };
}

/** How many processes want to compute, on average over the last minute: 2 on two cores that only this work uses. */
export function machineLoad(): number {
  return round(Deno.loadavg()[0] ?? 0);
}

/** To a tenth: more digits would differ from run to run. */
export function round(seconds: number): number {
  return Math.round(10 * seconds) / 10;
}
