/**
 * Bytes that a process held at most (resident set), as Linux keeps it (a child's `maxRSS` begins with its parent's); null
 * elsewhere, or where the process is gone.
 *
 * @param pid @default {this process}
 */
export async function peakMemory(pid: number | "self" = "self"): Promise<number | null> {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}
