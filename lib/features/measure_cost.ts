import { fileURLToPath } from "node:url";
import type { View } from "./view.ts";

/** The cost of extracting the features of one patient on this machine. */
export interface MeasuredCost {
  /** Wall time from slices to features: the median of three runs, after one that is not timed. */
  readonly milliseconds: number;
  /**
   * Bytes: the peak resident set of a separate process, less its resident set before the network was made. It holds the
   * weights, the session, the activations, and memory that JavaScript has not freed yet.
   */
  readonly peakMemory: number;
  /** Engine, version and provider. */
  readonly engine: string;
}

/** A view of a known number of slices, and the backbone that it is for. */
export interface CostToMeasure extends View {
  /** Name of the backbone, such as `efficientnet_b0`. */
  readonly model: string;
  /** Slices of the patient. */
  readonly slices: number;
  /** Name of the engine for `createEngine`. @default {"auto"} */
  readonly engine?: string;
}

/** Number of timed runs. */
export const TIMED_RUNS = 3;

const worker = fileURLToPath(new URL("./_measure_cost_worker.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/**
 * Times a backbone on one patient in a separate process, so that the memory of two models is never mixed. The weights
 * are constants, since the time does not depend on them. It takes seconds.
 *
 * @throws {Error} If the process fails, with its message.
 */
export async function measureCost(asked: CostToMeasure): Promise<MeasuredCost> {
  const locked = ["--frozen", "--cached-only", "--config", config];
  const args = ["run", "-A", "--quiet", ...locked, worker, JSON.stringify(asked)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${asked.model} could not be measured: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)) as MeasuredCost;
}
