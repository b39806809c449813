import { dirname, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { peakMemory, sha256, writeAtomic } from "@ctsurv/base/mod.ts";
import { type CellError, type Kernel, KernelError, startKernel } from "./kernel/kernel.ts";
import type { Message } from "./kernel/_message.ts";
import {
  type CodeCell,
  formatNotebook,
  type NotebookCell,
  type NotebookDocument,
  type NotebookOutput,
  readNotebook,
} from "./_notebook_document.ts";

/** Turns a kernel's output messages into a notebook's outputs. */
export interface OutputCollector {
  /** A handler for the messages of one cell, which keeps `outputs` up to date. */
  into(outputs: NotebookOutput[]): (message: Message) => void;
}

type Displayed = Extract<NotebookOutput, { data: unknown }>;

/**
 * A collector for one notebook: neighbouring texts of one stream become one output, an update changes every display of
 * its id, in whichever cell that stands, and `clear_output` clears, with `wait` once there is something new to show.
 * Errors are left to the runner, which knows of more than the kernel reports. Terminal colours are removed.
 */
function createOutputCollector(): OutputCollector {
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

export interface RunNotebookOptions {
  /** Parameters: environment variables for the kernel. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where to write the executed notebook. Default: over the notebook itself. */
  readonly output?: string;
  /** The longest that one cell may take. Default: no limit. */
  readonly timeoutSeconds?: number;
  /** Called before each code cell and after the last. */
  readonly onCell?: (progress: NotebookProgress) => void;
  /** Called after Ctrl-C, when the notebook is written and before the signal is passed on, which ends this program. */
  readonly onInterrupted?: () => void;
}

export interface NotebookProgress {
  /** Code cells done. */
  readonly done: number;
  readonly total: number;
}

/** The cell that stopped a run. */
export interface FailedCell extends CellError {
  /** Its number among the code cells, from 1. */
  readonly cell: number;
  /** Its source's first line that is not blank. */
  readonly firstLine: string;
}

export interface NotebookRun {
  /** Code cells executed, the failed one included. */
  readonly cells: number;
  readonly failed?: FailedCell;
  readonly seconds: number;
  /** Bytes that the kernel's process held at most; null where the system does not say. */
  readonly peakMemory: number | null;
}

/** How long, at the end of the notebook, timers and unawaited promises have to fail before that goes unseen. */
const SETTLE_MILLISECONDS = 50;

/**
 * Executes a notebook's code cells in order, in a fresh Deno kernel whose folder is the notebook's, and writes it with
 * its outputs, also where a cell fails, which ends the run. A cell fails if it throws, does not parse, takes too long,
 * leaves a rejection or a throwing timer behind, or ends the kernel; the tag `raises-exception` makes an error part of
 * the lesson. What is written is valid nbformat 4.5 and depends on nothing but what the cells print: no times, no
 * colours, no random ids.
 *
 * On Ctrl-C the kernel is killed, the notebook written as far as it came, and the signal passed on.
 *
 * @throws {InputError} If `path` is not a notebook.
 * @throws {KernelError} If the kernel does not start.
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const { env = {}, output = path, timeoutSeconds, onCell, onInterrupted } = options;
  const started = performance.now();
  const document = await readNotebook(path);
  const code = document.cells.filter((cell) => cell.cell_type === "code");
  for (const cell of code) Object.assign(cell, { outputs: [], execution_count: null });
  const run = code.filter((cell) => cell.source.trim() !== "" && !hasTag(cell, "skip-execution"));

  using interruption = onInterruption();
  await using kernel = await startKernel({ cwd: dirname(resolve(path)), env });
  interruption.stopWith(kernel.kill);
  const collector = createOutputCollector();
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

/** Fills in what nbformat 4.5 and JupyterLab expect of a notebook; what is there already stays. */
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
  /** Calls `stop` when a signal comes, or at once if one has come. */
  stopWith(stop: () => void): void;
}

/** Holds back Ctrl-C and requests to terminate until disposed of; then lets them do what they would have done. */
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
