import { Dealer, Subscriber } from "zeromq";
import type { Connection } from "./connection.ts";
import { decodeMessage, encodeMessage, type Message } from "./message.ts";

export type Content = Message["content"];
export type OnOutput = (message: Message) => void;

/** The sockets to one kernel. Replies find their requests by message id, outputs the request that they belong to. */
export interface Channels {
  /** Sends a request and resolves with its reply's content. Outputs that it causes go to `onOutput`, for ever. */
  request(channel: "shell" | "control", type: string, content: Content, onOutput?: OnOutput): Promise<Content>;
  /** Resolves with the kernel's information once requests are answered and outputs arrive. */
  ready(): Promise<Content>;
  close(): void;
}

/**
 * How often to ask a new kernel whether it is there. Once is not enough: a kernel that has just begun to listen drops
 * requests (measured), and a subscription to its outputs takes effect at an unknown moment.
 */
const askMilliseconds = 20;

/**
 * Connects to a kernel, which need not listen yet. `fail` hears of messages that cannot be read, such as those with a
 * wrong signature.
 */
export function openChannels(connection: Connection, fail: (error: Error) => void): Channels {
  const { ip, key, shell_port, control_port, iopub_port } = connection;
  const shared = { linger: 0, reconnectInterval: 10 };
  const sockets = {
    shell: new Dealer(shared),
    control: new Dealer(shared),
    // Without a limit, as a message above it would be dropped in silence.
    iopub: new Subscriber({ ...shared, receiveHighWaterMark: 0 }),
  };
  sockets.shell.connect(`tcp://${ip}:${shell_port}`);
  sockets.control.connect(`tcp://${ip}:${control_port}`);
  sockets.iopub.connect(`tcp://${ip}:${iopub_port}`);
  sockets.iopub.subscribe();

  const replies = new Map<string, (content: Content) => void>();
  const listeners = new Map<string, OnOutput>();
  let heard = false;
  const read = async (socket: Dealer | Subscriber, handle: (message: Message, id: string) => void) => {
    try {
      for await (const frames of socket) {
        const message = decodeMessage(key, frames);
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
    await sockets[channel].send(encodeMessage(key, { header, parent: {}, content }));
    return promise;
  };

  return {
    request,
    async ready() {
      const answers: { shell?: Content; control?: Content } = {};
      while (!answers.shell || !answers.control || !heard) {
        for (const channel of ["shell", "control"] as const) {
          request(channel, "kernel_info_request", {}).then((content) => answers[channel] = content);
        }
        await new Promise((resolve) => setTimeout(resolve, askMilliseconds));
      }
      return answers.shell;
    },
    close() {
      for (const socket of Object.values(sockets)) socket.close();
    },
  };
}
