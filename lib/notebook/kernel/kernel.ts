import { join } from "node:path";
import { type Channels, type Content, createConnection, openChannels } from "./_channels.ts";
import { FENCE_MESSAGE, fenceSource, guardSource, syntaxError } from "./_guard.ts";
import type { Message } from "./_message.ts";

/** An error that a cell threw, as the kernel reports it. */
export interface CellError {
  /** Class of the error: "TypeError". */
  readonly name: string;
  /** Its text. */
  readonly message: string;
  /** Its stack, line by line; empty if it has none. */
  readonly traceback: readonly string[];
}

/** The kernel itself failed, not a cell: it did not start, it died, or its messages could not be read. */
export class KernelError extends Error {
  /** Class of the error. */
  override readonly name = "KernelError";
}

/** Options of {@linkcode startKernel}. */
export interface KernelOptions {
  /** The folder in which the cells run: their relative imports and paths start here. */
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Options of {@linkcode Kernel.execute}. */
export interface ExecuteOptions {
  /** Called with each output message (`stream`, `display_data`, `clear_output`, …), even if it comes late. */
  readonly onOutput?: (message: Message) => void;
  /** After this time the code is interrupted; if that does not stop it, the kernel is killed. @default {no limit} */
  readonly timeoutSeconds?: number;
  /** How long to wait after the end of the code, so that its timers and promises can still fail. @default {0} */
  readonly settleMilliseconds?: number;
}

/** How one execution ended. */
export interface Execution {
  /** The number in `In [n]`; null if the kernel was killed. */
  readonly count: number | null;
  /** The error that the code threw, or the first of its timers and unawaited promises. */
  readonly error?: CellError;
}

/** A running Deno kernel. Dispose of it (`await using`), so that no process, socket or file is left. */
export interface Kernel extends AsyncDisposable {
  /** Of its process. */
  readonly pid: number;
  /** `language_info`, as the kernel reports it and notebooks store it. */
  readonly language: Content;
  /**
   * Runs code. The promise resolves when the code has ended and `onOutput` has got every output made until then. Only
   * one call at a time is allowed.
   *
   * @throws {KernelError} If the kernel dies.
   */
  execute(code: string, options?: ExecuteOptions): Promise<Execution>;
  /** Stops synchronous code. The kernel cannot stop code that awaits. */
  interrupt(): Promise<void>;
  /** Kills the process at once. An execution that is running throws. */
  kill(): void;
}

const START_ATTEMPTS = 3;
const START_SECONDS = 30;
const INTERRUPT_SECONDS = 2;
const FENCE_SECONDS = 5;

/**
 * Starts `deno jupyter --kernel` with the Deno that runs this process, and waits until the kernel answers.
 *
 * @throws {KernelError} If it does not answer in any of three attempts.
 */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  for (let attempt = 1;; attempt++) {
    // Probably another program took one of the ports; the next attempt has other ports.
    try {
      return await start(options);
    } catch (error) {
      if (!(error instanceof KernelError) || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function start({ cwd, env }: KernelOptions): Promise<Kernel> {
  const connection = createConnection();
  const folder = await Deno.makeTempDir({ prefix: "ctsurv-kernel-" });
  const file = join(folder, "connection.json");
  await Deno.writeTextFile(file, JSON.stringify(connection), { mode: 0o600, createNew: true });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", file],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  failure.catch(() => {});
  const channels = openChannels(connection, (error) => fail(new KernelError(error.message, { cause: error })));
  const printed = [lastOf(child.stdout), lastOf(child.stderr)];
  const ended = child.status.then(async ({ code, signal }) => {
    const how = signal ? `was killed by ${signal}` : `ended with exit code ${code}`;
    const last = (await Promise.all(printed)).join("").trim();
    fail(new KernelError(`The kernel ${how}${last && `. It last wrote:\n${last}`}`));
  });
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch { /* It has ended already. */ }
  };
  // For a program that ends without disposing of its kernel, by Deno.exit() or an error that nobody caught.
  addEventListener("unload", kill);
  const dispose = async () => {
    kill();
    await ended;
    channels.close();
    removeEventListener("unload", kill);
  };
  try {
    const information = await within(START_SECONDS, Promise.race([channels.ready(), failure]));
    if (!information) throw new KernelError(`The Deno kernel gives no answer within ${START_SECONDS} s`);
    const kernel = createKernel(channels, failure, kill);
    const { error } = await kernel.execute(guardSource(), { silent: true });
    if (error) throw new KernelError(`The kernel cannot be prepared: ${error.message}`);
    const language = information.language_info as Content;
    return { ...kernel, pid: child.pid, language, kill, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    // The kernel has read the key; it is not left on the disk.
    await Deno.remove(folder, { recursive: true });
  }
}

function createKernel(channels: Channels, failure: Promise<never>, kill: () => void) {
  let interrupted = false;

  const send = (code: string, silent: boolean, onOutput?: (message: Message) => void) => {
    const content = { code, silent, store_history: !silent, user_expressions: {}, allow_stdin: false };
    const reply = Promise.race([failure, channels.request("shell", "execute_request", content, onOutput)]);
    reply.catch(() => {});
    return reply;
  };

  const interrupt = async () => {
    interrupted = true;
    await Promise.race([failure, channels.request("control", "interrupt_request", {})]);
  };

  /** Waits until all outputs so far are here. Returns errors that no cell could catch. */
  const fence = async (milliseconds: number, onOutput?: (message: Message) => void): Promise<readonly CellError[]> => {
    const { promise, resolve } = Promise.withResolvers<readonly CellError[]>();
    const { status, evalue } = await send(fenceSource(milliseconds), true, (message) => {
      if (message.header.msg_type === FENCE_MESSAGE) resolve(message.content.thrown as readonly CellError[]);
      else onOutput?.(message);
    });
    if (status !== "ok") throw new KernelError(`The kernel no longer works as it should: ${evalue}`);
    // The kernel's main thread writes "idle" into the middle of an output that does not fit the socket's buffers.
    const thrown = await within(FENCE_SECONDS, Promise.race([promise, failure]));
    if (!thrown) {
      throw new KernelError(
        "Outputs of this cell were lost: Deno's kernel breaks an output of more than 4 MB. Show less, or write a file",
      );
    }
    return thrown;
  };

  const execute = async (
    code: string,
    { onOutput, timeoutSeconds, settleMilliseconds = 0, silent = false }: ExecuteOptions & { silent?: boolean } = {},
  ): Promise<Execution> => {
    interrupted = false;
    const running = send(code, silent, onOutput);
    let reply = await within(timeoutSeconds, running);
    const timeout: CellError | undefined = reply
      ? undefined
      : { name: "TimeoutError", message: `The cell ran longer than ${timeoutSeconds} s`, traceback: [] };
    if (!reply) {
      await within(INTERRUPT_SECONDS, interrupt());
      reply = await within(INTERRUPT_SECONDS, running);
    }
    if (!reply) {
      kill();
      return { count: null, error: timeout! };
    }
    const thrown = await fence(settleMilliseconds, onOutput);
    const error = timeout ?? await failureOf(reply, code, interrupted) ?? thrown[0];
    return { count: reply.execution_count as number, ...(error && { error }) };
  };

  return { execute, interrupt };
}

async function failureOf(reply: Content, code: string, interrupted: boolean): Promise<CellError | undefined> {
  if (reply.status === "ok") return undefined;
  const { ename: name, evalue: message, traceback } = reply as { ename: string; evalue: string; traceback: string[] };
  // Interrupted code and code that cannot be parsed look alike: both fail without a trace.
  if (interrupted) return { name: "Interrupted", message: "The cell was interrupted", traceback: [] };
  return (traceback.length === 0 ? await syntaxError(code) : undefined) ?? { name, message, traceback };
}

/** The value of the promise, or undefined if it takes longer than `seconds`. */
async function within<T>(seconds: number | undefined, promise: Promise<T>): Promise<T | undefined> {
  if (seconds === undefined) return await promise;
  let timer;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(resolve, seconds * 1000, undefined));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The last 2000 characters that a process wrote, once it has ended. */
async function lastOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let last = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) last = (last + text).slice(-2000);
  return last;
}
