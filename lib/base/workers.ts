import { DiskFullError, InputError, OutputError } from "./errors.ts";
import { systemErrorMessage } from "./files/system_error.ts";

/** The work of a thread, from an order to a result. `note` sends something to the caller of `run` before the work is done. */
export type Work<Order, Result> = (order: Order, note: (note: unknown) => void) => Result | Promise<Result>;

/**
 * Makes this thread answer the orders of a {@linkcode workerPool}. The module that the pool runs calls it once.
 *
 * @param transfer The buffers of a result that are handed over without a copy, because this thread does not use them
 * again.
 */
export function serveOrders<Order, Result>(
  work: Work<Order, Result>,
  transfer: (result: Result) => readonly Transferable[] = () => [],
): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<Ordered<Order> | typeof NUDGE>) => void;
    postMessage(reply: Reply<Result>, transfer?: readonly Transferable[]): void;
  };
  scope.onmessage = async ({ data }) => {
    if ("nudge" in data) return;
    try {
      const result = await work(data.order, (note) => scope.postMessage({ note }));
      scope.postMessage({ result }, transfer(result));
    } catch (error) {
      scope.postMessage(describeError(error));
    }
  };
}

/**
 * Says nothing, but wakes a thread that sleeps. Deno 2.9.6 was twice seen to leave every thread of a process asleep, with
 * orders that were not done, when many began at once: whoever waits for an answer wakes itself and the other every so often.
 */
const NUDGE = { nudge: true } as const;
const NUDGE_MILLISECONDS = 2000;

/** Errors that reach the caller of `run` as what they are in the thread. */
const kinds = { output: OutputError, full: DiskFullError, input: InputError } as const;

function describeError(error: unknown): Extract<Reply<never>, { error: string }> {
  const { message, stack = message } = error as Error;
  if (error instanceof DiskFullError) return { error: message, kind: "full" };
  if (error instanceof OutputError) return { error: message, kind: "output" };
  if (error instanceof InputError) return { error: message, kind: "input" };
  // Of a file that the system does not give, a stack says nothing.
  const reason = systemErrorMessage(error);
  return reason === undefined ? { error: stack, kind: "defect" } : { error: reason, kind: "input" };
}

/** The message to a thread: one order at a time. */
export interface Ordered<Order> {
  readonly order: Order;
}

/** The messages from a thread: any number of notes, then a result or an error. */
export type Reply<Result> =
  | { readonly note: unknown }
  | { readonly result: Result }
  /** `error` is the message of an `InputError` of that kind, which says everything, or the stack of a defect. */
  | { readonly error: string; readonly kind: keyof typeof kinds | "defect" };

/** Threads that each work on one order at a time; see {@linkcode workerPool}. */
export interface WorkerPool<Order, Result> {
  /**
   * Gives an order to the next free thread and waits for the result. Orders are served first come, first served.
   *
   * @param onNote Called with each note that the thread sends before it is done. If it throws, `run` throws the same, and
   * the thread is ended.
   * @throws {InputError} If the thread threw one, of the same kind, or could not read a file.
   * @throws {DOMException} If the order holds something that cannot be sent, such as a function.
   * @throws {Error} If the thread failed otherwise, with its stack; or if the pool was closed before the order was done.
   */
  run(order: Order, onNote?: (note: unknown) => void): Promise<Result>;
  /** Ends the threads at once. Orders that are not done are rejected. */
  close(): void;
}

/** Options of {@linkcode workerPool}. */
export interface WorkerPoolOptions<Order> {
  /** The largest number of threads. Each is started when the first order for it comes. */
  readonly threads: number;
  /** Names an order in errors: `Phantom patient 7`. */
  readonly describe: (order: Order) => string;
}

/**
 * A pool of threads that all run one module. The module calls {@linkcode serveOrders} with its work.
 *
 * @example
 * ```ts ignore
 * // count_voxels.ts
 * import { readInput, serveOrders } from "@ctsurv/ctsurv/base";
 *
 * serveOrders(async (path: string) => (await readInput(path)).filter((voxel) => voxel > 0).length);
 * ```
 * ```ts ignore
 * // main.ts
 * import { workerPool } from "@ctsurv/ctsurv/base";
 *
 * const module = import.meta.resolve("./count_voxels.ts");
 * const pool = workerPool<string, number>(module, { threads: 4, describe: (path) => `Mask ${path}` });
 * const counts = await Promise.all(["1.raw", "2.raw"].map((path) => pool.run(path)));
 * pool.close();
 * ```
 *
 * @param module The URL of the module, from `import.meta.resolve`.
 */
export function workerPool<Order, Result>(
  module: string,
  { threads, describe }: WorkerPoolOptions<Order>,
): WorkerPool<Order, Result> {
  const started = new Set<Worker>();
  const idle: Worker[] = [];
  // Each is given a thread, or none when the pool closes.
  const waiting: ((thread?: Worker) => void)[] = [];
  // Called when the pool closes, as a thread that was ended says no more.
  const unanswered = new Set<(error: Error) => void>();
  let isClosed = false;

  const start = () => {
    const thread = new Worker(module, { type: "module" });
    started.add(thread);
    return thread;
  };
  const free = async () =>
    idle.pop() ??
      (started.size < threads ? start() : await new Promise<Worker | undefined>((resolve) => waiting.push(resolve)));
  const pass = (thread: Worker) => {
    const next = waiting.shift();
    if (next) next(thread);
    else idle.push(thread);
  };
  const end = (thread: Worker) => {
    thread.terminate();
    started.delete(thread);
    if (waiting.length > 0) waiting.shift()!(start());
  };

  const ask = (thread: Worker, order: Order, onNote?: (note: unknown) => void) =>
    new Promise<Result>((resolve, reject) => {
      const settle = (leave: (thread: Worker) => void, answer: () => void) => {
        unanswered.delete(reject);
        thread.onmessage = thread.onerror = null;
        leave(thread);
        answer();
      };
      unanswered.add(reject);
      thread.onmessage = ({ data }: MessageEvent<Reply<Result>>) => {
        if ("note" in data) {
          try {
            onNote?.(data.note);
          } catch (error) {
            settle(end, () => reject(error));
          }
        } else if ("result" in data) settle(pass, () => resolve(data.result));
        else {
          const { kind, error } = data;
          settle(
            pass,
            () => reject(kind === "defect" ? new Error(`${describe(order)}: ${error}`) : new kinds[kind](error)),
          );
        }
      };
      thread.onerror = (event) => {
        event.preventDefault();
        settle(end, () => reject(new Error(`${describe(order)}: ${event.message}`)));
      };
      try {
        thread.postMessage({ order } satisfies Ordered<Order>);
      } catch (error) {
        settle(pass, () => reject(error));
      }
    });

  return {
    async run(order, onNote) {
      const thread = isClosed ? undefined : await free();
      if (isClosed || !thread) throw new Error(`${describe(order)}: the threads are closed`);
      const nudging = setInterval(() => thread.postMessage(NUDGE), NUDGE_MILLISECONDS);
      try {
        return await ask(thread, order, onNote);
      } finally {
        clearInterval(nudging);
      }
    },
    close() {
      isClosed = true;
      for (const thread of started) thread.terminate();
      for (const reject of unanswered) reject(new Error("The threads were closed before they were done"));
      unanswered.clear();
      for (const next of waiting.splice(0)) next();
    },
  };
}
