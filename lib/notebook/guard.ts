import type { CellError } from "./cell_error.ts";

/** The type of the message that a fence sends on the kernel's output channel. */
export const fenceMessage = "ctsurv_fence";

const property = "ctsurv.fence";

/**
 * Code to run in a fresh kernel, before any cell. It makes up for two silences of Deno's kernel (2.9): rejections that
 * nobody handles and throws in timers are dropped, and a kernel outlives the program that started it. It also defines
 * the fence that `fenceSource` calls.
 */
export function guardSource(): string {
  return `(${install})(${JSON.stringify(property)}, ${JSON.stringify(fenceMessage)})`;
}

/**
 * Code that sends, on the output channel, everything thrown behind the cells' backs since the last fence. Outputs
 * travel through one queue, so that once the fence's message is here, every output made before it is here as well: the
 * kernel's own "idle" does not promise that. `milliseconds` leaves timers and rejections that long to come forward.
 */
export function fenceSource(milliseconds: number): string {
  return `await globalThis[Symbol.for(${JSON.stringify(property)})](${milliseconds})`;
}

/** Runs in the kernel, from its source text: nothing outside this function is in reach. */
function install(property: string, fenceMessage: string): void {
  const thrown: CellError[] = [];
  const report = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    const value = "reason" in event ? event.reason : event.error;
    thrown.push(
      value instanceof Error
        ? { name: value.name, message: value.message, traceback: (value.stack ?? "").split("\n") }
        : { name: "Error", message: String(value), traceback: [] },
    );
  };
  addEventListener("error", report);
  addEventListener("unhandledrejection", report);
  const fence = async (milliseconds: number) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await Deno.jupyter.broadcast(fenceMessage, { thrown: thrown.splice(0) });
  };
  Object.defineProperty(globalThis, Symbol.for(property), { value: fence, configurable: true });
  const parent = Deno.ppid;
  setInterval(() => Deno.ppid === parent || Deno.exit(1), 1000);
}
