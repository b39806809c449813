import type { CellError } from "./kernel.ts";

/** The type of the message that a fence sends on the kernel's output channel. */
export const FENCE_MESSAGE = "ctsurv_fence";

const PROPERTY = "ctsurv.fence";

/**
 * Code to run in a fresh kernel, before any cell. It makes up for two silences of Deno's kernel (2.9): rejections that
 * nobody handles and throws in timers are dropped, and a kernel outlives the program that started it. It also defines
 * the fence that `fenceSource` calls.
 */
export function guardSource(): string {
  return `(${install})(${JSON.stringify(PROPERTY)}, ${JSON.stringify(FENCE_MESSAGE)})`;
}

/**
 * Code that sends, on the output channel, everything thrown behind the cells' backs since the last fence. Outputs
 * travel through one queue, so that once the fence's message is here, every output made before it is here as well: the
 * kernel's own "idle" does not promise that. `milliseconds` leaves timers and rejections that long to come forward.
 */
export function fenceSource(milliseconds: number): string {
  return `await globalThis[Symbol.for(${JSON.stringify(PROPERTY)})](${milliseconds})`;
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

/**
 * Why a cell does not parse, or undefined if it does. The kernel says only "Execution failed"; Deno's formatter, which
 * needs no network and no file, says what was unexpected and where.
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
