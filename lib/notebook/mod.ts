/** Notebooks: running them without Jupyter, and web pages of them. */
export {
  type CellError,
  type ExecuteOptions,
  type Execution,
  type Kernel,
  KernelError,
  type KernelOptions,
  startKernel,
} from "./kernel/kernel.ts";
export type { Message } from "./kernel/message.ts";
export {
  type CodeCell,
  formatNotebook,
  type NotebookCell,
  type NotebookDocument,
  type NotebookOutput,
  readNotebook,
} from "./notebook_document.ts";
export { type Markup, markup, type MarkupPart } from "./pages/markup.ts";
export { type ReportOptions, writeReport } from "./pages/write_report.ts";
export {
  type FailedCell,
  type NotebookProgress,
  type NotebookRun,
  runNotebook,
  type RunNotebookOptions,
} from "./run_notebook.ts";
