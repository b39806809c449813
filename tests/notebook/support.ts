import { join } from "node:path";
import { type CodeCell, type NotebookDocument, readNotebook } from "@ctsurv/notebook/_notebook_document.ts";
import { type NotebookRun, runNotebook, type RunNotebookOptions } from "@ctsurv/notebook/mod.ts";

/** A notebook file in a folder of its own, which goes when disposed of. */
export async function temporaryNotebook(sources: readonly string[]) {
  const folder = await Deno.makeTempDir({ prefix: "ctsurv-test-" });
  const path = join(folder, "test.ipynb");
  const cells = sources.map((source) => ({
    cell_type: "code",
    metadata: {},
    source,
    outputs: [{ output_type: "stream", name: "stdout", text: ["stale\n"] }],
    execution_count: 99,
  }));
  await Deno.writeTextFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }));
  return { folder, path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

export interface Ran {
  readonly run: NotebookRun;
  readonly document: NotebookDocument;
  readonly cells: readonly CodeCell[];
}

/** Runs cells as a notebook and reads back what was written. */
export async function runCells(sources: readonly string[], options: RunNotebookOptions = {}): Promise<Ran> {
  await using notebook = await temporaryNotebook(sources);
  const run = await runNotebook(notebook.path, options);
  const document = await readNotebook(notebook.path);
  return { run, document, cells: document.cells.filter((cell) => cell.cell_type === "code") };
}

/** Everything a cell printed to stdout. */
export function printed(cell: CodeCell | undefined): string {
  return cell?.outputs.map((output) => output.output_type === "stream" && output.name === "stdout" ? output.text : "")
    .join("") ?? "";
}

/**
 * Ids of the processes of this machine whose parent is `parent`, less those that have ended.
 *
 * @param variable Only of those that were started with this in their environment, such as `A=1`.
 */
export function childrenOf(parent: number, variable?: string): number[] {
  const children: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // "pid (name) state ppid …"; the name may hold anything, also parentheses.
      const [state, ppid] = Deno.readTextFileSync(`/proc/${name}/stat`).split(") ").at(-1)!.split(" ");
      if (Number(ppid) !== parent || state === "Z") continue;
      const isWanted = variable === undefined ||
        Deno.readTextFileSync(`/proc/${name}/environ`).split("\0").includes(variable);
      if (isWanted) children.push(Number(name));
    } catch { /* It has ended meanwhile. */ }
  }
  return children;
}
