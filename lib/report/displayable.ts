import { keepOutputsInPlace } from "@ctsurv/base/mod.ts";

/** The name under which Jupyter kernels for JavaScript look for an object's own representation. */
export const jupyterDisplay = Symbol.for("Jupyter.display");

/** An object that a notebook shows by itself when it is a cell's last expression. */
export interface Displayable {
  /** Representations by MIME type; binary ones as base64. */
  [jupyterDisplay](): Readonly<Record<string, string>>;
}

// Whoever imports something to show in a notebook wants to see it below the cell that made it.
keepOutputsInPlace();
