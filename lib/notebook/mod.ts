/** Notebooks: running them without Jupyter, and web pages of them. */
export type { CellError } from "./kernel/kernel.ts";
export { missingImports } from "./missing_imports.ts";
export { type ReportOptions, writeReport } from "./pages/write_report.ts";
export {
  type FailedCell,
  type NotebookProgress,
  type NotebookRun,
  runNotebook,
  type RunNotebookOptions,
} from "./run_notebook.ts";
