import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

/** The header of a Jupyter message (protocol 5.3). */
export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** One message to or from a kernel. `parent` is the header of the request that it answers, or empty. */
export interface Message {
  readonly header: MessageHeader;
  readonly parent: Partial<MessageHeader>;
  readonly content: Readonly<Record<string, unknown>>;
}

const delimiter = Buffer.from("<IDS|MSG>");

/** Makes the frames of a message: delimiter, HMAC-SHA256 signature, header, parent header, metadata, content. */
export function encodeMessage(key: string, { header, parent, content }: Message): Uint8Array[] {
  const parts = [header, parent, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
  return [delimiter, Buffer.from(sign(key, parts)), ...parts];
}

/**
 * Reads a message from its frames. Routing prefixes before the delimiter and buffers after the content are ignored.
 *
 * @throws {Error} If there is no delimiter or the signature was not made with `key`.
 */
export function decodeMessage(key: string, frames: readonly Uint8Array[]): Message {
  const start = frames.findIndex((frame) => delimiter.equals(frame));
  const [signature, ...parts] = frames.slice(start + 1, start + 6);
  if (start < 0 || !signature || parts.length !== 4) throw new Error("Not a Jupyter message: frames are missing");
  const expected = Buffer.from(sign(key, parts));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new Error(
      "A message has a wrong signature: it was damaged on the way (Deno's kernel breaks an output of more than 4 MB), " +
        "or another program answers on the kernel's port",
    );
  }
  const [header, parent, , content] = parts.map((part) => JSON.parse(Buffer.from(part).toString("utf8")));
  return { header, parent, content };
}

function sign(key: string, parts: readonly Uint8Array[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
