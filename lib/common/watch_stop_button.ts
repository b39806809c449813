import { kernelInternals } from "./kernel_internals.ts";

/** What is known of the Stop button of a notebook. */
export interface StopButton {
  /** Whether it was pressed since this was last asked. */
  wasPressed(): boolean;
}

/**
 * In a Deno kernel, keeps the signal of the Stop button from ending the process, and remembers it for the cell that
 * runs: code that awaits can ask, and end. Elsewhere nothing is ever pressed, and Ctrl-C does what it does.
 */
export function watchStopButton(): StopButton {
  let pressed = false;
  if (kernelInternals()?.broadcastResult) Deno.addSignalListener("SIGINT", () => pressed = true);
  return {
    wasPressed() {
      const before = pressed;
      pressed = false;
      return before;
    },
  };
}
