import { kernelInternals, notebookProgress, type Progress, terminalProgress } from "@ctsurv/base/mod.ts";

/** Progress for whoever waits: in a notebook's output, or on stderr where no kernel shows outputs. */
export function studyProgress(): Progress {
  return kernelInternals()?.broadcastResult ? notebookProgress(Deno.jupyter.display) : terminalProgress();
}
