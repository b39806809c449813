/** The kernel itself failed: it did not start, it died, or what it sent could not be read. Not an error in a cell. */
export class KernelError extends Error {
  override readonly name = "KernelError";
}
