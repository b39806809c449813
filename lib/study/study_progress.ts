import {
  kernelInternals,
  loggedProgress,
  notebookProgress,
  type Progress,
  terminalProgress,
} from "@ctsurv/base/mod.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/**
 * Progress for whoever waits: in a notebook's output, or on stderr where no kernel shows outputs; and in the log that the
 * environment names.
 */
export function studyProgress({ log }: Pick<Environment, "log"> = readEnvironment()): Progress {
  const shown = kernelInternals()?.broadcastResult ? notebookProgress(Deno.jupyter.display) : terminalProgress();
  return log === undefined ? shown : loggedProgress(shown, log);
}
