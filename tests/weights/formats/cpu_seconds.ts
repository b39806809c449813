import { cpuUsage } from "node:process";

/** Seconds that this process has computed for: unlike the clock's, they do not count what else the machine does. */
export function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
