import type { CellError } from "./kernel.ts";

/** The type of the message that a fence sends on the output channel of the kernel. */
export const FENCE_MESSAGE = "ctsurv_fence";

const PROPERTY = "ctsurv.fence";

/**
 * Code to run in a fresh kernel, before any cell. Deno's kernel (2.9) drops rejections that nobody handles and errors
 * in timers, and it outlives the program that started it; this code mends both. It also defines the fence that
 * `fenceSource` calls.
 */
export function guardSource(): string {
  return `(${install})(${JSON.stringify(PROPERTY)}, ${JSON.stringify(FENCE_MESSAGE)})`;
}

/**
 * Code that sends, on the output channel, every error since the last fence that no cell could catch. Outputs go through
 * one queue: when the message of the fence is here, every output made before it is here as well. The kernel's own
 * "idle" does not promise that. The code waits `milliseconds` first, so that timers and promises can still fail.
 */
export function fenceSource(milliseconds: number): string {
  return `await globalThis[Symbol.for(${JSON.stringify(PROPERTY)})](${milliseconds})`;
}

/** Runs in the kernel, from its source text: it cannot use anything outside this function. */
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

/**
 * Says why a cell does not parse; undefined if it does. The kernel says only "Execution failed". Deno's formatter says
 * what was unexpected and where, and needs no network and no file.
 */
export async function syntaxError(source: string): Promise<CellError | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stderr } = await child.output();
  if (success) return undefined;
  // "error: SyntaxError: MESSAGE", a frame of code, the place in an invented file, and where the formatter was built.
  const [report = ""] = new TextDecoder().decode(stderr).replace(/^error: (SyntaxError: )?/, "").split(
    "\nStack backtrace",
  );
  const traceback = report.replace(/ at file:\S*?:(\d+):(\d+)/, " at line $1, column $2").trimEnd().split("\n");
  return { name: "SyntaxError", message: traceback[0]!, traceback };
}
