import { InputError, type Progress } from "@ctsurv/base/mod.ts";

/** Options of {@linkcode download}. */
export interface DownloadOptions {
  /** The size of the whole file in bytes, if known. A file of another size is refused. */
  readonly bytes?: number;
  /** Gives up after so many seconds without a byte. @default {30} */
  readonly stallSeconds?: number;
  /** Shows the megabytes that have come. @default {nothing is shown} */
  readonly progress?: Progress;
}

const MEGABYTE = 1e6;

/**
 * Downloads a file and continues an earlier attempt: `path` may hold its first bytes. They are kept if the connection
 * breaks. They are dropped if the server has another file, or if it sends the whole file instead of the rest. Deno's
 * `fetch` uses the proxies of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.
 *
 * @returns The number of bytes that were there before and were kept.
 * @throws {InputError} If the server cannot be reached, sends nothing for `stallSeconds`, breaks off, or has no file of
 * that size; or if the disk is full.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<number> {
  const { bytes, stallSeconds = 30 } = options;
  const there = await Deno.stat(path).then(({ size }) => size, () => 0);
  if (there > 0 && there === bytes) return there;
  const have = bytes !== undefined && there > bytes ? 0 : there;
  const watch = stallWatch(stallSeconds);
  try {
    const response = await request(url, have, watch.signal);
    const start = acceptedStart(response, have);
    const rest = Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isNaN(rest) ? bytes : start + rest;
    if (bytes !== undefined && total !== bytes) {
      await response.body?.cancel();
      throw new InputError(`${url} has ${total} bytes, not ${bytes}: it is another file`);
    }
    await save(response, path, { ...options, start, watch, ...(total === undefined ? {} : { total }) });
    return start;
  } catch (error) {
    throw watch.signal.aborted ? new InputError(`${url} sent nothing for ${stallSeconds} s`) : error;
  } finally {
    watch.stop();
  }
}

/** Asks for the file from byte `have` on. If the server refuses that, asks for all of it. */
async function request(url: string, have: number, signal: AbortSignal): Promise<Response> {
  // A file that is unpacked on the way would have another length than the server says.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) headers.range = `bytes=${have}-`;
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new InputError(`${url} cannot be reached (${cause instanceof Error ? cause.message : message})`);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 416 && have > 0) return await request(url, 0, signal);
  throw new InputError(`${url} answers ${response.status} ${response.statusText}`.trim());
}

/** The byte of the file at which the answer begins. A server may ignore the range and send everything. */
function acceptedStart({ status, headers }: Response, have: number): number {
  if (status !== 206) return 0;
  const range = headers.get("content-range") ?? "none";
  if (!range.startsWith(`bytes ${have}-`)) {
    throw new InputError(`The server sent the range ${range}, not from ${have} on`);
  }
  return have;
}

interface SaveOptions extends DownloadOptions {
  readonly start: number;
  readonly total?: number;
  readonly watch: StallWatch;
}

async function save(response: Response, path: string, { start, total, progress, watch }: SaveOptions): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, append: start > 0, truncate: start === 0 });
  let done = start;
  progress?.start(`${path.replace(/^.*[/\\]|\.part$/g, "")} (MB)`, Math.round((total ?? 0) / MEGABYTE));
  try {
    progress?.tick(Math.floor(done / MEGABYTE));
    for await (const piece of pieces(response)) {
      watch.feed();
      if (total !== undefined && done + piece.length > total) {
        throw new InputError(`The server sent more than ${total} bytes`);
      }
      await write(file, piece, path);
      progress?.tick(Math.floor((done + piece.length) / MEGABYTE) - Math.floor(done / MEGABYTE));
      done += piece.length;
    }
  } finally {
    file.close();
  }
  if (total !== undefined && done < total) throw brokenOff(done, total);
  progress?.done();
}

/** The pieces of the body. A broken connection becomes an `InputError`: the user can mend it. */
async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (error) {
    throw new InputError(`The connection broke (${(error as Error).message})`);
  }
}

function brokenOff(done: number, total: number): InputError {
  return new InputError(`The connection ended after ${done} of ${total} bytes`);
}

async function write(file: Deno.FsFile, piece: Uint8Array, path: string): Promise<void> {
  try {
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
  } catch (error) {
    throw new InputError(`Cannot write ${path}: ${(error as Error).message}`);
  }
}

interface StallWatch {
  readonly signal: AbortSignal;
  /** Resets the timer: something came. */
  feed(): void;
  stop(): void;
}

/** Aborts if nothing comes for some seconds. */
function stallWatch(seconds: number): StallWatch {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), seconds * 1000);
  let timer = start();
  return {
    signal: controller.signal,
    feed() {
      clearTimeout(timer);
      timer = start();
    },
    stop: () => clearTimeout(timer),
  };
}
