/** What a cell threw, as a kernel reports it. `traceback` is the stack, line by line; empty where there is none. */
export interface CellError {
  readonly name: string;
  readonly message: string;
  readonly traceback: readonly string[];
}
