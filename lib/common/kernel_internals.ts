/** What of Deno's own Jupyter kernel is used: the function that shows a cell's result. */
export interface KernelInternals {
  broadcastResult?: (executionCount: number, result: unknown) => Promise<void>;
}

/** Of this process, if it is a Deno kernel: undefined, or without the function, elsewhere. */
export function kernelInternals(): KernelInternals | undefined {
  const internal = Reflect.get(Deno, "internal");
  return internal && Reflect.get(Deno, internal)?.jupyter;
}
