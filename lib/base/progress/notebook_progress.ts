import { keepOutputsInPlace, kernelInternals } from "./kernel_internals.ts";
import { createProgress, type Progress, progressLine } from "./progress.ts";

// From the import on: a Stop before there is progress would else end the kernel, with all that it knows.
if (kernelInternals()?.broadcastResult) Deno.addSignalListener("SIGINT", () => {});

/** Whether somebody pressed the Stop button of a notebook. */
export interface StopButton {
  /** Whether it was pressed since the last call. */
  wasPressed(): boolean;
}

/**
 * In a Deno kernel, keeps the signal of the Stop button from ending the process, and remembers it: code that awaits can
 * ask for it, and end the cell. Elsewhere the button is never pressed, and Ctrl-C works as usual.
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

/** `Deno.jupyter.display`, or a function with the same arguments. */
export type Display = (
  bundle: Record<string, string>,
  options: { readonly raw: true; readonly display_id: string; readonly update: boolean },
) => Promise<void>;

/**
 * Progress in the output of a notebook: one line that is updated in place, about three times a second. When the task is
 * done, only its summary stays. It has no times, so that running the notebook again gives the same file. After the Stop
 * button the next `tick` throws `Deno.errors.Interrupted`, which ends the cell.
 *
 * In a Deno kernel it also calls {@linkcode keepOutputsInPlace}. That holds from this cell on, so make progress in the
 * first cell of a notebook.
 *
 * @example In a cell
 * ```ts ignore
 * import { notebookProgress } from "@ctsurv/ctsurv/base";
 *
 * const progress = notebookProgress(Deno.jupyter.display);
 * progress.start("extracting features", 80);
 * for (let patient = 0; patient < 80; patient++) progress.tick();
 * progress.done("features of 80 patients");
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
