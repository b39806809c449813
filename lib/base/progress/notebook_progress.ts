import { keepOutputsInPlace, kernelInternals } from "./kernel_internals.ts";
import { createProgress, type Progress, progressLine } from "./progress.ts";

/** What is known of the Stop button of a notebook. */
export interface StopButton {
  /** Whether it was pressed since this was last asked. */
  wasPressed(): boolean;
}

/**
 * In a Deno kernel, keeps the signal of the Stop button from ending the process, and remembers it for the cell that
 * runs: code that awaits can ask, and end. Elsewhere nothing is ever pressed, and Ctrl-C does what it does.
 */
function watchStopButton(): StopButton {
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

/** `Deno.jupyter.display`, or something that takes its arguments. */
export type Display = (
  bundle: Record<string, string>,
  options: { readonly raw: true; readonly display_id: string; readonly update: boolean },
) => Promise<void>;

/**
 * Progress in a notebook's output: one line that is updated in place, a few times a second. What stays when the task is
 * done is its summary without times, so that running the notebook again gives the same file. After the Stop button the
 * next `tick` throws `Deno.errors.Interrupted`, which ends the cell.
 *
 * In a Deno kernel it also calls {@linkcode keepOutputsInPlace}. That holds from this cell on, so make progress in the
 * first cell of a notebook.
 *
 * @example In a cell
 * ```ts ignore
 * const progress = notebookProgress(Deno.jupyter.display);
 * ```
 */
export function notebookProgress(display: Display): Progress {
  keepOutputsInPlace();
  let id = "";
  // One after another, as a summary that an older line overtakes would not be the last word.
  let sent: Promise<void> = Promise.resolve();
  const send = (text: string, update: boolean) => {
    const options = { raw: true, display_id: id, update } as const;
    sent = sent.then(() => display({ "text/plain": text }, options));
  };
  const stop = watchStopButton();
  const progress = createProgress({
    show(state) {
      const update = state.value > 0;
      if (!update) id = crypto.randomUUID();
      send(progressLine(state), update);
    },
    end: (summary) => send(summary, true),
    everySeconds: 0.3,
  });
  return {
    ...progress,
    start(label, total) {
      // Pressed in a cell that has ended: that is over.
      stop.wasPressed();
      progress.start(label, total);
    },
    tick(steps) {
      if (stop.wasPressed()) throw new Deno.errors.Interrupted("Stopped by the Stop button");
      progress.tick(steps);
    },
  };
}
