import { dirname, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { peakMemory, sha256, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type CodeCell,
  formatNotebook,
  type NotebookCell,
  type NotebookDocument,
  type NotebookOutput,
  readNotebook,
  requireDenoKernel,
} from "./_notebook_document.ts";
import type { Message } from "./kernel/_message.ts";
import { type CellError, type Kernel, KernelError, startKernel } from "./kernel/kernel.ts";

/** Turns the output messages of a kernel into the outputs of a notebook. */
export interface OutputCollector {
  /** Makes a handler for the messages of one cell, which keeps `outputs` up to date. */
  into(outputs: NotebookOutput[]): (message: Message) => void;
}

type Displayed = Extract<NotebookOutput, { data: unknown }>;

/**
 * Makes a collector for one notebook. Neighbouring texts of one stream become one output. An update changes every
 * display with its id, in any cell. `clear_output` clears the outputs; with `wait` it does so at the next output. The
 * collector leaves errors to the runner, which knows more of them than the kernel reports. Terminal colours are
 * removed.
 */
function createOutputCollector(onStderr?: (text: string) => void): OutputCollector {
  const displays = new Map<string, Displayed[]>();
  return {
    into(outputs) {
      let clearing = false;
      const add = (output: NotebookOutput) => {
        if (clearing) outputs.length = 0;
        clearing = false;
        outputs.push(output);
      };
      return ({ header, content }) => {
        switch (header.msg_type) {
          case "stream": {
            const { name, text } = content as { name: "stdout" | "stderr"; text: string };
            const plain = stripVTControlCharacters(text);
            if (name === "stderr") onStderr?.(plain);
            const last = clearing ? undefined : outputs.at(-1);
            if (last?.output_type === "stream" && last.name === name) last.text += plain;
            else add({ output_type: "stream", name, text: plain });
            break;
          }
          case "display_data":
          case "execute_result":
          case "update_display_data": {
            const { data, metadata, transient, execution_count } = content as unknown as DisplayContent;
            const id = transient?.display_id;
            if (header.msg_type === "update_display_data") {
              for (const display of displays.get(id ?? "") ?? []) Object.assign(display, { data, metadata });
              break;
            }
            const output: Displayed = header.msg_type === "display_data"
              ? { output_type: "display_data", data, metadata }
              : { output_type: "execute_result", data, metadata, execution_count: execution_count ?? null };
            if (id !== undefined) displays.set(id, [...displays.get(id) ?? [], output]);
            add(output);
            break;
          }
          case "clear_output":
            if (content.wait) clearing = true;
            else outputs.length = 0;
        }
      };
    },
  };
}

interface DisplayContent {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly transient?: { readonly display_id?: string };
  readonly execution_count?: number;
}

/** Options of {@linkcode runNotebook}. */
export interface RunNotebookOptions {
  /** Environment variables for the kernel: a notebook's parameters. @default {none added} */
  readonly env?: Readonly<Record<string, string>>;
  /** Where to write the executed notebook. @default {over the notebook itself} */
  readonly output?: string;
  /** The longest that one cell may take. @default {no limit} */
  readonly timeoutSeconds?: number;
  /** Called before each code cell and after the last. */
  readonly onCell?: (progress: NotebookProgress) => void;
  /** Called with what a cell writes to stderr, such as a warning. */
  readonly onStderr?: (text: string) => void;
  /** Called after Ctrl-C, when the notebook is written. Then the signal is passed on, which ends this program. */
  readonly onInterrupted?: () => void;
}

/** How far a run of a notebook has come. */
export interface NotebookProgress {
  /** Code cells done. */
  readonly done: number;
  /** Code cells to run; empty ones and those with the tag `skip-execution` do not count. */
  readonly total: number;
}

/** The cell that stopped a run. */
export interface FailedCell extends CellError {
  /** Its place among the code cells, from 1. */
  readonly cell: number;
  /** The first line of its source that is not blank. */
  readonly firstLine: string;
}

/** The result of running a notebook. */
export interface NotebookRun {
  /** Code cells executed, the failed one included. */
  readonly cells: number;
  /** The cell that stopped the run; none if every cell ran. */
  readonly failed?: FailedCell;
  /** Wall time, with the start of the kernel. */
  readonly seconds: number;
  /** The most memory that the kernel's process held, bytes; null where the system does not say. */
  readonly peakMemory: number | null;
}

/** How long to wait after the last cell, so that its timers and unawaited promises can still fail. */
const SETTLE_MILLISECONDS = 50;

/**
 * Executes the code cells of a notebook in order, in a fresh Deno kernel that runs in the notebook's folder, and writes
 * the notebook with its outputs. A cell that fails ends the run, and the notebook is written up to there. A cell fails
 * if it throws, does not parse, takes too long, leaves a rejected promise or a timer that throws, or ends the kernel.
 * The tag `raises-exception` allows a cell to throw. The file is valid nbformat 4.5. It depends only on what the cells
 * print: it has no times, no colours and no random ids.
 *
 * On Ctrl-C the kernel is killed, the notebook is written up to there, and the signal is passed on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runNotebook } from "@ctsurv/ctsurv/notebook";
 *
 * const path = await Deno.makeTempFile({ suffix: ".ipynb" });
 * const cell = { cell_type: "code", metadata: {}, source: "6 * 7", outputs: [], execution_count: null };
 * await Deno.writeTextFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }));
 *
 * const { cells, failed } = await runNotebook(path, { timeoutSeconds: 60 });
 * assertEquals([cells, failed], [1, undefined]);
 * const executed = JSON.parse(await Deno.readTextFile(path));
 * assertEquals(executed.cells[0].outputs[0].data["text/plain"], ["42"]);
 * await Deno.remove(path);
 * ```
 *
 * @throws {InputError} If there is no such file, or it is not a notebook of format 4, or one of another kernel.
 * @throws {KernelError} If the kernel does not start.
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const { env = {}, output = path, timeoutSeconds, onCell, onStderr, onInterrupted } = options;
  const started = performance.now();
  const document = await readNotebook(path);
  requireDenoKernel(document, path);
  const code = document.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of code) Object.assign(cell, { outputs: [], execution_count: null });
  const run = code.filter((cell) => cell.source.trim() !== "" && !hasTag(cell, "skip-execution"));

  using interruption = onInterruption();
  await using kernel = await startKernel({ cwd: dirname(resolve(path)), env });
  interruption.stopWith(kernel.kill);
  const collector = createOutputCollector(onStderr);
  let failed: FailedCell | undefined;
  let cells = 0;
  for (const cell of run) {
    onCell?.({ done: cells, total: run.length });
    cells++;
    const error = await execute(kernel, cell, collector.into(cell.outputs), {
      settleMilliseconds: cells === run.length ? SETTLE_MILLISECONDS : 0,
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    });
    if (!error) continue;
    const { name, message, traceback } = interruption.received ? interrupted : error;
    cell.outputs.push({ output_type: "error", ename: name, evalue: message, traceback: [...traceback] });
    if (hasTag(cell, "raises-exception") && cell.execution_count !== null) continue;
    const firstLine = cell.source.trim().split("\n")[0]!;
    failed = { cell: code.indexOf(cell) + 1, firstLine, name, message, traceback };
    break;
  }
  await writeAtomic(output, formatNotebook(complete(document, kernel)));
  if (interruption.received) onInterrupted?.();
  if (!failed) onCell?.({ done: cells, total: run.length });
  const seconds = (performance.now() - started) / 1000;
  return { cells, ...(failed && { failed }), seconds, peakMemory: await peakMemory(kernel.pid) };
}

const interrupted: CellError = { name: "Interrupted", message: "The run was interrupted", traceback: [] };

async function execute(
  kernel: Kernel,
  cell: CodeCell,
  onOutput: ReturnType<ReturnType<typeof createOutputCollector>["into"]>,
  limits: { readonly timeoutSeconds?: number; readonly settleMilliseconds: number },
): Promise<CellError | undefined> {
  try {
    const { count, error } = await kernel.execute(cell.source, { ...limits, onOutput });
    cell.execution_count = count;
    return error;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { name: error.name, message: error.message, traceback: [] };
  }
}

/** Adds what nbformat 4.5 and JupyterLab expect of a notebook, and keeps what is there. */
function complete(document: NotebookDocument, kernel: Kernel): NotebookDocument {
  const taken = new Set<string>();
  const identify = (cell: NotebookCell): NotebookCell => {
    let id = cell.id;
    for (let n = 0; id === undefined || taken.has(id); n++) id = sha256(cell.source, `${n}`).slice(0, 8);
    taken.add(id);
    return { ...cell, id };
  };
  return {
    nbformat: 4,
    nbformat_minor: Math.max(5, document.nbformat_minor),
    metadata: {
      ...document.metadata,
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: kernel.language,
    },
    cells: document.cells.map(identify),
  };
}

function hasTag({ metadata: { tags } }: CodeCell, tag: string): boolean {
  return Array.isArray(tags) && tags.includes(tag);
}

interface Interruption extends Disposable {
  readonly received: Deno.Signal | undefined;
  /** Calls `stop` when a signal comes, or at once if one has come already. */
  stopWith(stop: () => void): void;
}

/** Holds back Ctrl-C and requests to terminate. When it is disposed of, a signal that came is sent again. */
function onInterruption(): Interruption {
  let received: Deno.Signal | undefined;
  let stop = () => {};
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const handlers = signals.map((signal) => {
    const handler = () => {
      received = signal;
      stop();
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    get received() {
      return received;
    },
    stopWith(given) {
      stop = given;
      if (received) stop();
    },
    [Symbol.dispose]() {
      for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
      if (received) Deno.kill(Deno.pid, received);
    },
  };
}
