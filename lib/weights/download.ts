import { InputError, type Progress } from "@ctsurv/base/mod.ts";

/** Options of {@linkcode download}. */
export interface DownloadOptions {
  /** Bytes that the whole file has, where that is known. */
  readonly bytes?: number;
  /** Seconds without a byte after which to give up. @default {30} */
  readonly stallSeconds?: number;
  readonly progress?: Progress;
}

const MEGABYTE = 1e6;

/**
 * Downloads a file, going on where an earlier attempt ended: `path` may hold its first bytes. They are kept when the
 * connection breaks, and dropped when the server has another file or does not send the rest alone. Proxies are those of
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, which Deno's `fetch` heeds.
 *
 * @returns Bytes that were there before.
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

/** Asks for the file from byte `have` on; a second time from its beginning, if the server refuses that. */
async function request(url: string, have: number, signal: AbortSignal): Promise<Response> {
  // Unpacked on the way, a file would have another length than the server says.
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

/** Where in the file the answer begins: a server may ignore what was asked for, and send it all. */
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

/** The body's pieces; a connection that breaks is the user's affair. */
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
  /** Says that something came. */
  feed(): void;
  stop(): void;
}

/** Aborts when nothing came for some seconds. */
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
