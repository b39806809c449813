/** The part of Deno's own Jupyter kernel that is used here. It is not public, and may be missing in another version. */
export interface KernelInternals {
  /** Shows the result of a cell. Replaced by {@linkcode keepOutputsInPlace}. */
  broadcastResult?: (executionCount: number, result: unknown) => Promise<void>;
}

/** The internals of this process if it is a Deno kernel. Elsewhere undefined, or an object without the function. */
export function kernelInternals(): KernelInternals | undefined {
  const internal = Reflect.get(Deno, "internal");
  return internal && Reflect.get(Deno, internal)?.jupyter;
}

/** Measured with 150 cells run by nbclient on a busy machine: without waiting up to 83 lost an output, with 20 ms none. */
const WAIT_MILLISECONDS = 50;

/** Only kernels that our own runner starts have it; they need no waiting (lib/notebook/kernel/_guard.ts). */
const fence = Symbol.for("ctsurv.fence");
const isKept = Symbol.for("ctsurv.outputsKept");

/**
 * In a Deno kernel, makes each cell wait 50 ms for its outputs before it ends; elsewhere does nothing.
 *
 * Deno's kernel (2.9) queues outputs, and labels them with the cell that runs when they leave the queue. With "Run All"
 * that is often the next cell: JupyterLab then shows a table below the wrong cell, and nbclient drops it. The wait is in
 * the function that shows a cell's result. The kernel calls it for every cell that does not fail, even for one without a
 * result.
 *
 * @param internals Those of this process by default.
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
