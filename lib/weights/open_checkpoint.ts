import { extname } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type ByteSource, openFileSource, readBytes, type Refuse, refuseAs } from "./formats/_bytes.ts";
import { readSafetensors } from "./formats/safetensors.ts";
import {
  checkCrc,
  type CheckpointDType,
  type CheckpointNumbers,
  readStored,
  type Storage,
  type StoredTensor,
} from "./formats/stored_tensor.ts";
import { readTorchLegacy, readTorchZip } from "./formats/_torch/read_torch.ts";

const EXTENSIONS: readonly string[] = [".safetensors", ".pth", ".pt", ".ckpt"];

/** Whether a path is a file of weights, by its name or first bytes; {@linkcode openCheckpoint} says if it is valid. */
export async function isCheckpoint(path: string): Promise<boolean> {
  const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!isFile || EXTENSIONS.includes(extname(path).toLowerCase())) return isFile;
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

/** The formats in which networks are exchanged. */
export type CheckpointKind = "safetensors" | "pytorch-zip" | "pytorch-legacy";

/** The shape and type of a tensor in a file. */
export interface CheckpointEntry {
  readonly dtype: CheckpointDType;
  readonly shape: readonly number[];
}

/** A tensor as read, in C order. */
export interface CheckpointTensor extends CheckpointEntry {
  readonly data: CheckpointNumbers;
}

/** An open file of weights: its index is in memory, its numbers are not. */
export interface Checkpoint extends Disposable {
  readonly path: string;
  readonly kind: CheckpointKind;
  /** What is in the file, by name. */
  readonly tensors: ReadonlyMap<string, CheckpointEntry>;
  /**
   * Reads one tensor into an array of its own.
   *
   * @throws {InputError} If there is none of that name, or its bytes are not those that were written.
   */
  read(name: string): Promise<CheckpointTensor>;
  close(): void;
}

const kinds: Readonly<
  Record<CheckpointKind, {
    readonly title: string;
    readonly read: (source: ByteSource, refuse: Refuse) => ReadonlyMap<string, StoredTensor>;
  }>
> = {
  safetensors: { title: "safetensors", read: readSafetensors },
  "pytorch-zip": { title: "PyTorch", read: readTorchZip },
  "pytorch-legacy": { title: "PyTorch", read: readTorchLegacy },
};

/**
 * Opens a file of weights: safetensors, or what `torch.save(model.state_dict(), …)` has written since 2017, as zip
 * archive or as a stream of pickles. Nothing in the file is run: a pickle is read for the few values that a state dict
 * is made of, and anything else in it is refused.
 *
 * Whatever the file, opening it takes at most 40 times its size and 100 MiB of memory, and reading a tensor 8 times its
 * size and 1 MiB (views may repeat numbers), or 16-bit floats twice that. For files that PyTorch and safetensors write,
 * the index takes some 100 kB, and a tensor the size of its numbers.
 *
 * @throws {InputError} If there is no such file, or it is none of these.
 */
// deno-lint-ignore require-await -- see `read`
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const source = openFileSource(path);
  try {
    return checkpointOf(source, path);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The same for bytes that are already at hand. */
export function checkpointOf(source: ByteSource, path: string): Checkpoint {
  const kind = kindOf(source, path);
  const { title, read } = kinds[kind];
  const refuse = refuseAs(path, title);
  const tensors = read(source, refuse);
  const checked = new Set<Storage>();
  const readTensor = (name: string): CheckpointTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new InputError(`${path} has no tensor "${name}"`);
    if (!checked.has(tensor.storage)) checkCrc(source, tensor.storage, name, refuse);
    checked.add(tensor.storage);
    return { dtype: tensor.dtype, shape: tensor.shape, data: readStored(source, tensor) };
  };
  return {
    path,
    kind,
    tensors,
    // deno-lint-ignore require-await -- reading is synchronous, so that two reads of one file cannot cross
    read: async (name) => readTensor(name),
    close: () => source.close(),
    [Symbol.dispose]: () => source.close(),
  };
}

/** The format, from the first bytes; each format has its own. */
function kindOf(source: ByteSource, path: string): CheckpointKind {
  const head = readBytes(source, 0, Math.min(512, source.size));
  const startsWith = (...bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  const refuse = refuseAs(path, "checkpoint");
  if (new TextDecoder().decode(head.subarray(257, 262)) === "ustar") {
    throw refuse(
      "it is a tar archive, as PyTorch wrote it until 2017. Load it there, and save it again with torch.save, or take " +
        "the newer file of the same weights",
    );
  }
  // First: the length of a header may look like the beginning of the others, but those have no "{" there.
  if (head[8] === "{".charCodeAt(0)) return "safetensors";
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return "pytorch-zip";
  if (startsWith(0x80)) return "pytorch-legacy";
  if (path.endsWith(".safetensors")) return "safetensors";
  throw refuse("it is neither safetensors, nor a zip archive or a stream of pickles by PyTorch");
}
