/** What of Deno's own Jupyter kernel is used: the function that shows a cell's result. */
export interface KernelInternals {
  broadcastResult?: (executionCount: number, result: unknown) => Promise<void>;
}

/** Of this process, if it is a Deno kernel: undefined, or without the function, elsewhere. */
export function kernelInternals(): KernelInternals | undefined {
  const internal = Reflect.get(Deno, "internal");
  return internal && Reflect.get(Deno, internal)?.jupyter;
}

/** Measured: of 150 cells run by nbclient on a busy machine up to 83 lost an output without waiting, none with 20 ms. */
const WAIT_MILLISECONDS = 50;

/** Only our own runner's kernels have it, and need no waiting (lib/notebook/kernel/_guard.ts). */
const fence = Symbol.for("ctsurv.fence");
const isKept = Symbol.for("ctsurv.outputsKept");

/**
 * In a Deno kernel, makes each cell wait a moment for its outputs before it ends; elsewhere does nothing. Deno's kernel
 * (2.9) queues outputs and labels them with the cell that runs when they leave the queue: with "Run All" that is often
 * the next one, so that JupyterLab shows a table below the wrong cell and nbclient drops it. A cell's end is awaited in
 * the function that shows its result, which is called for every cell that does not fail, also one without a result.
 *
 * @param internals Default: this process's.
 */
export function keepOutputsInPlace(internals: KernelInternals | undefined = kernelInternals()): void {
  const broadcastResult = internals?.broadcastResult;
  if (!internals || !broadcastResult || isKept in broadcastResult || fence in globalThis) return;
  const settled = async (executionCount: number, result: unknown) => {
    await broadcastResult(executionCount, result);
    await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS));
  };
  internals.broadcastResult = Object.assign(settled, { [isKept]: true });
}
