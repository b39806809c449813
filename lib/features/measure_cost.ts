import { fileURLToPath } from "node:url";
import type { View } from "./view.ts";

/** What extracting the features of one patient costs on this machine. */
export interface MeasuredCost {
  /** Wall time from slices to features, median of {@linkcode TIMED_RUNS} after one that is not timed. */
  readonly milliseconds: number;
  /**
   * Bytes of memory: the most that a process of its own ever held (resident set), less what it held before the network
   * was made. Weights, session, activations, and what JavaScript had not yet given back.
   */
  readonly peakMemory: number;
  /** Engine, version, provider. */
  readonly engine: string;
}

/** A view of a known number of slices, and the backbone that it is for. */
export interface CostToMeasure extends View {
  readonly model: string;
  readonly slices: number;
  /** As `createEngine` takes it. @default {"auto"} */
  readonly engine?: string;
}

/** Runs that are timed. */
export const TIMED_RUNS = 3;

const worker = fileURLToPath(new URL("_measure_cost_worker.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * Times a backbone on one patient in a process of its own, so that no model's memory is mixed with another's. Weights
 * are constants: time does not depend on them.
 *
 * @throws {Error} If the process fails, with its own message.
 */
export async function measureCost(asked: CostToMeasure): Promise<MeasuredCost> {
  const args = ["run", "-A", "--quiet", "--config", config, worker, JSON.stringify(asked)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${asked.model} could not be measured: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)) as MeasuredCost;
}
