import { threadCpuUsage } from "node:process";

/**
 * Seconds that this thread has computed for: unlike the clock's, they count neither what else the machine does nor, in a
 * parallel run, the other files' tests.
 */
export function cpuSeconds(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1e6;
}
