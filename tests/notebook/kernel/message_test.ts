import { assertEquals, assertThrows } from "@std/assert";
import { decodeMessage, encodeMessage } from "@ctsurv/notebook/kernel/_message.ts";

const header = {
  msg_id: "1",
  msg_type: "stream",
  session: "s",
  username: "u",
  date: "2025-01-01T00:00:00Z",
  version: "5.3",
};
const message = { header, parent: { msg_id: "0" }, content: { text: "é\n" } };

Deno.test("decodeMessage() reads what encodeMessage() wrote, behind routing prefixes", () => {
  const frames = encodeMessage("key", message);
  assertEquals(decodeMessage("key", frames), message);
  assertEquals(decodeMessage("key", [new Uint8Array([1, 2]), ...frames, new Uint8Array(9)]), message);
});

Deno.test("encodeMessage() signs as Python's hmac does", () => {
  const simple = { header: { ...header, msg_id: "é" }, parent: {}, content: {} };
  const [, signature] = encodeMessage("a-key", simple);
  // hmac.new(b"a-key", header + b"{}{}{}", "sha256").hexdigest(), header as compact JSON in the order above
  assertEquals(
    new TextDecoder().decode(signature),
    "e65d053559935ed45b803260b55fac795d684b9356761986c4831be7ffbbf4f9",
  );
});

Deno.test("decodeMessage() refuses a changed content, another key, and frames that are missing", () => {
  const frames = encodeMessage("key", message);
  const forged = [...frames.slice(0, -1), new TextEncoder().encode('{"text":"forged"}')];
  assertThrows(() => decodeMessage("key", forged), Error, "wrong signature");
  assertThrows(() => decodeMessage("other", frames), Error, "wrong signature");
  assertThrows(() => decodeMessage("key", frames.slice(0, 4)), Error, "frames are missing");
  assertThrows(() => decodeMessage("key", []), Error, "frames are missing");
});
