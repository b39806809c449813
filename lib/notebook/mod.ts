/**
 * Notebooks: running them without Jupyter, and making web pages of them.
 *
 * {@linkcode runNotebook} starts a Deno kernel, executes a notebook and writes it with its outputs, so that the same
 * code gives the same bytes. {@linkcode writeReport} makes a page of every executed notebook and an index of a folder
 * of results; nothing runs in those pages and nothing is loaded. The rooms are `kernel` (Jupyter's protocol) and
 * `pages`.
 *
 * @module
 */
export { type CellError, KernelError } from "./kernel/kernel.ts";
export { missingImports } from "./missing_imports.ts";
export { refuseForeignPages, type ReportOptions, writeReport } from "./pages/write_report.ts";
export {
  type FailedCell,
  type NotebookProgress,
  type NotebookRun,
  runNotebook,
  type RunNotebookOptions,
} from "./run_notebook.ts";
