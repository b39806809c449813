/** What a Jupyter connection file says: where a kernel listens and the key that signs its messages. */
export interface Connection {
  readonly transport: "tcp";
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
}

/**
 * A connection on five free ports of this machine, with a random key. The ports are free when this returns; another
 * program may take one before the kernel does, so starting a kernel must be ready to try again.
 */
export function createConnection(): Connection {
  const ip = "127.0.0.1";
  // All five are held before any is let go, so that they differ.
  const listeners = Array.from({ length: 5 }, () => Deno.listen({ hostname: ip, port: 0 }));
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  }) as [number, number, number, number, number];
  const key = crypto.randomUUID();
  return {
    transport: "tcp",
    ip,
    shell_port,
    iopub_port,
    control_port,
    stdin_port,
    hb_port,
    key,
    signature_scheme: "hmac-sha256",
  };
}
