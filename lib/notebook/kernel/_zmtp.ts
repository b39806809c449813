/** One ZeroMQ connection, as the client. */
export interface ZmtpConnection extends AsyncIterable<Uint8Array[]> {
  /** Sends a message of one or more frames. Messages go out in the order of the calls. */
  send(frames: readonly Uint8Array[]): Promise<void>;
  close(): void;
}

/** Where to connect, and the type of this end. */
export interface ZmtpOptions {
  readonly hostname: string;
  readonly port: number;
  readonly type: "DEALER" | "SUB";
}

const MORE = 1;
const LONG = 2;

/**
 * Connects to a ZeroMQ socket over ZMTP 3.0 (RFC 23, mechanism NULL). A SUB subscribes to everything. Iterating gives
 * the messages that arrive, until either side closes. A Jupyter client needs only this small part of ZeroMQ. It is
 * written here because closing a socket of the native package sometimes crashes Deno (denoland/deno#18345).
 *
 * @throws {Deno.errors.ConnectionRefused} If nothing listens there.
 */
export async function connectZmtp({ hostname, port, type }: ZmtpOptions): Promise<ZmtpConnection> {
  const connection = await Deno.connect({ hostname, port });
  connection.setNoDelay();
  const read = byteReader(connection);
  let writing: Promise<void> = Promise.resolve();
  const write = (bytes: Uint8Array) => writing = writing.then(() => writeAll(connection, bytes));
  const close = () => {
    try {
      connection.close();
    } catch { /* The other side was first. */ }
  };
  try {
    await write(greeting());
    await read(64);
    await write(ready(type));
    await readFrame(read);
    if (type === "SUB") await write(encodeFrame(Uint8Array.of(1), 0));
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    send: (frames) => write(concat(frames.map((frame, i) => encodeFrame(frame, i < frames.length - 1 ? MORE : 0)))),
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const frames: Uint8Array[] = [];
        try {
          for (let last = false; !last;) {
            const frame = await readFrame(read);
            frames.push(frame.data);
            last = frame.last;
          }
        } catch (error) {
          if (isClosed(error)) return;
          throw error;
        }
        yield frames;
      }
    },
  };
}

type Read = (length: number) => Promise<Uint8Array>;

/** Reads exact lengths from a connection. It buffers, because frames are many and small. */
function byteReader(connection: Deno.Conn): Read {
  const buffer = new Uint8Array(1 << 16);
  let rest = buffer.subarray(0, 0);
  return async (length) => {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (rest.length === 0) {
        const count = await connection.read(buffer);
        if (count === null) throw new Deno.errors.UnexpectedEof("The connection ended");
        rest = buffer.subarray(0, count);
      }
      const part = rest.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
    }
    return bytes;
  };
}

function isClosed(error: unknown): boolean {
  const { UnexpectedEof, BadResource, Interrupted, ConnectionReset } = Deno.errors;
  return [UnexpectedEof, BadResource, Interrupted, ConnectionReset].some((kind) => error instanceof kind);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

async function readFrame(read: Read): Promise<{ readonly data: Uint8Array; readonly last: boolean }> {
  const flags = (await read(1))[0]!;
  const size = flags & LONG ? Number(new DataView((await read(8)).buffer).getBigUint64(0)) : (await read(1))[0]!;
  return { data: await read(size), last: (flags & MORE) === 0 };
}

function encodeFrame(data: Uint8Array, flags: number): Uint8Array {
  if (data.length < 256) return concat([Uint8Array.of(flags, data.length), data]);
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(data.length));
  return concat([head, data]);
}

function greeting(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.set(ascii("NULL"), 12);
  return bytes;
}

function ready(type: string): Uint8Array {
  const command = 4;
  const length = Uint8Array.of(0, 0, 0, type.length);
  return encodeFrame(concat([ascii("\x05READY\x0bSocket-Type"), length, ascii(type)]), command);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
