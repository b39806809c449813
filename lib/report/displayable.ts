/** The key under which Jupyter kernels for JavaScript look for an object's own representation. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/**
 * An object that a notebook shows if it is a cell's last expression. To keep what is shown below its cell in
 * JupyterLab, call `notebookProgress` or `keepOutputsInPlace` (both of base) in the first cell.
 */
export interface Displayable {
  /** Called by the kernel: representations of the object by MIME type, binary ones as base64. */
  [jupyterDisplay](): Readonly<Record<string, string>>;
}
