import { decodeMessage, encodeMessage, type Message } from "./_message.ts";
import { connectZmtp, type ZmtpConnection } from "./_zmtp.ts";

/** The content of a message. */
export type Content = Message["content"];
/** Called with each output that a request causes. */
export type OnOutput = (message: Message) => void;

/** The sockets to one kernel. Replies and outputs find their request by its message id. */
export interface Channels {
  /** Sends a request and resolves with the content of its reply. `onOutput` gets its outputs, even after the reply. */
  request(channel: "shell" | "control", type: string, content: Content, onOutput?: OnOutput): Promise<Content>;
  /** Resolves with the kernel's information when requests are answered and outputs arrive. */
  ready(): Promise<Content>;
  close(): void;
}

/**
 * How often to ask a new kernel whether it is there. Asking once is not enough: a kernel that has just begun to listen
 * drops requests (measured), and nobody knows when a subscription to its outputs takes effect.
 */
const ASK_MILLISECONDS = 20;

/** How often to try to connect to a kernel that does not listen yet. */
const CONNECT_MILLISECONDS = 10;

/**
 * Connects to a kernel, which need not listen yet. `fail` is called for messages that cannot be read, such as those
 * with a wrong signature.
 */
export function openChannels(connection: Connection, fail: (error: Error) => void): Channels {
  const { ip, key, shell_port, control_port, iopub_port } = connection;
  let closed = false;
  const open = async (port: number, type: "DEALER" | "SUB"): Promise<ZmtpConnection | undefined> => {
    while (!closed) {
      try {
        const socket = await connectZmtp({ hostname: ip, port, type });
        if (!closed) return socket;
        socket.close();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, CONNECT_MILLISECONDS));
      }
    }
    return undefined;
  };
  const sockets = {
    shell: open(shell_port, "DEALER"),
    control: open(control_port, "DEALER"),
    iopub: open(iopub_port, "SUB"),
  };

  const replies = new Map<string, (content: Content) => void>();
  const listeners = new Map<string, OnOutput>();
  let heard = false;
  const read = async (
    opening: Promise<ZmtpConnection | undefined>,
    handle: (message: Message, id: string) => void,
  ) => {
    try {
      for await (const frames of await opening ?? []) {
        const message = decodeMessage(key, frames as Uint8Array[]);
        handle(message, message.parent.msg_id ?? "");
      }
    } catch (error) {
      fail(error as Error);
    }
  };
  const answer = ({ content }: Message, id: string) => {
    replies.get(id)?.(content);
    replies.delete(id);
  };
  read(sockets.shell, answer);
  read(sockets.control, answer);
  read(sockets.iopub, (message, id) => {
    heard = true;
    listeners.get(id)?.(message);
  });

  const session = crypto.randomUUID();
  const request: Channels["request"] = async (channel, type, content, onOutput) => {
    const id = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<Content>();
    replies.set(id, resolve);
    if (onOutput) listeners.set(id, onOutput);
    const date = new Date().toISOString();
    const header = { msg_id: id, msg_type: type, session, username: "ctsurv", date, version: "5.3" };
    const socket = await sockets[channel];
    // If the kernel dies meanwhile, its process reports that; the reply never comes.
    await socket?.send(encodeMessage(key, { header, parent: {}, content })).catch(() => {});
    return promise;
  };

  return {
    request,
    async ready() {
      const answers: { shell?: Content; control?: Content } = {};
      while (!closed && (!answers.shell || !answers.control || !heard)) {
        for (const channel of ["shell", "control"] as const) {
          request(channel, "kernel_info_request", {}).then((content) => answers[channel] = content);
        }
        await new Promise((resolve) => setTimeout(resolve, ASK_MILLISECONDS));
      }
      return answers.shell ?? {};
    },
    close() {
      closed = true;
      for (const opening of Object.values(sockets)) opening.then((socket) => socket?.close());
    },
  };
}

/** The content of a Jupyter connection file: where a kernel listens, and the key that signs its messages. */
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
 * Makes a connection with five free ports of this machine and a random key. Another program may take one of the ports
 * before the kernel does, so whoever starts a kernel must be ready to try again.
 */
export function createConnection(): Connection {
  const ip = "127.0.0.1";
  // All five are open before the first is closed, so that they differ.
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
