/** Runs Jupyter notebooks on Deno's kernel, without Python; and what the notebooks are told by their environment. */
export type { CellError } from "./cell_error.ts";
export { type ExecuteOptions, type Execution, type Kernel, type KernelOptions, startKernel } from "./kernel.ts";
export { KernelError } from "./kernel_error.ts";
export type { Message } from "./message.ts";
export {
  type CodeCell,
  formatNotebook,
  type NotebookCell,
  type NotebookDocument,
  type NotebookOutput,
  readNotebook,
} from "./notebook_document.ts";
export {
  type FailedCell,
  type NotebookProgress,
  type NotebookRun,
  runNotebook,
  type RunNotebookOptions,
} from "./run_notebook.ts";
export { openSelectedCohort, type SelectedCohortOptions } from "./open_selected_cohort.ts";
export { outputsFolder } from "./outputs_folder.ts";
