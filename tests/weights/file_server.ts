/** How a {@linkcode withServer} answers. */
export interface ServerOptions {
  /** Answers in place of the file, when it gives a response. */
  readonly answer?: (request: Request, url: URL) => Response | undefined;
  /** Whether `Range` is heeded. @default {true} */
  readonly ranges?: boolean;
}

/** A local server of one file. */
export interface FileServer {
  readonly url: string;
  /** The `Range` of each request, or null. */
  readonly ranges: (string | null)[];
}

/** Runs with a server that has `file` under every path. */
export async function withServer<T>(
  file: Uint8Array<ArrayBuffer>,
  { answer, ranges = true }: ServerOptions,
  use: (server: FileServer) => Promise<T>,
): Promise<T> {
  const seen: (string | null)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const range = request.headers.get("range");
    seen.push(range);
    const other = answer?.(request, new URL(request.url));
    if (other) return other;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (!ranges || range === null) return new Response(file);
    if (from >= file.length) return new Response("", { status: 416 });
    const headers = { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` };
    return new Response(file.slice(from), { status: 206, headers });
  });
  try {
    return await use({ url: `http://127.0.0.1:${server.addr.port}`, ranges: seen });
  } finally {
    await server.shutdown();
  }
}

/** An answer that breaks off after `first` bytes, or sends nothing more for ever. */
export function broken(file: Uint8Array<ArrayBuffer>, first: number, end: "close" | "stall"): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(file.slice(0, first));
      if (end === "close") controller.close();
    },
  });
  return new Response(body, { headers: { "content-length": `${file.length}` } });
}
