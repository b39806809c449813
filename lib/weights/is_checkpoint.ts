import { extname } from "node:path";
import { openFileSource, readBytes } from "./byte_source.ts";

const extensions: readonly string[] = [".safetensors", ".pth", ".pt", ".ckpt"];

/** Whether a path is a file of weights, by its name or first bytes; {@linkcode openCheckpoint} says if it is valid. */
export async function isCheckpoint(path: string): Promise<boolean> {
  const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!isFile || extensions.includes(extname(path).toLowerCase())) return isFile;
  const source = openFileSource(path);
  const head = readBytes(source, 0, Math.min(9, source.size));
  source.close();
  if (head.length < 9) return false;
  const start = new DataView(head.buffer);
  const isZip = start.getUint32(0) === 0x504b0304;
  const isPickle = start.getUint16(0) === 0x8002;
  const isSafetensors = head[8] === "{".charCodeAt(0) && start.getBigUint64(0, true) < BigInt(source.size);
  return isZip || isPickle || isSafetensors;
}
