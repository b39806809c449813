import { extname } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type ByteSource, openFileSource, readBytes, type Refuse, refuseAs } from "./formats/_bytes.ts";
import { foreignFormat, isTar, TAR } from "./formats/_foreign_formats.ts";
import { readTorchLegacy, readTorchZip } from "./formats/_torch/read_torch.ts";
import { readSafetensors } from "./formats/safetensors.ts";
import {
  checkCrc,
  type CheckpointDType,
  type CheckpointNumbers,
  readStored,
  type Storage,
  type StoredContent,
} from "./formats/stored_tensor.ts";

const EXTENSIONS: readonly string[] = [".safetensors", ".pth", ".pt", ".ckpt"];

/**
 * Whether a path is a file of weights, judged by its name or its first bytes. {@linkcode openCheckpoint} checks the rest.
 * False if there is no such file, and for a zip archive of anything else.
 */
export async function isCheckpoint(path: string): Promise<boolean> {
  const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!isFile || EXTENSIONS.includes(extname(path).toLowerCase())) return isFile;
  const source = openFileSource(path);
  const head = readBytes(source, 0, Math.min(512, source.size));
  source.close();
  if (head.length < 9) return false;
  const start = new DataView(head.buffer);
  // The first record of PyTorch's archives.
  const isZip = start.getUint32(0) === 0x504b0304 &&
    /^[^/]+\/data\.pkl/.test(String.fromCharCode(...head.subarray(30)));
  const isPickle = start.getUint16(0) === 0x8002;
  const isSafetensors = head[8] === "{".charCodeAt(0) && start.getBigUint64(0, true) < BigInt(source.size);
  return isZip || isPickle || isSafetensors;
}

/** The formats in which networks are exchanged: safetensors, or PyTorch's since version 1.6 and before it. */
export type CheckpointKind = "safetensors" | "pytorch-zip" | "pytorch-legacy";

/** The shape and type of a tensor in a file. */
export interface CheckpointEntry {
  /** The type of its numbers in the file. */
  readonly dtype: CheckpointDType;
  /** The size of each axis; [] for a scalar. */
  readonly shape: readonly number[];
}

/** A tensor that has been read. */
export interface CheckpointTensor extends CheckpointEntry {
  /** The numbers in C order. */
  readonly data: CheckpointNumbers;
}

/** An open file of weights. Its index is in memory, its numbers are not. */
export interface Checkpoint extends Disposable {
  /** The path that was opened. */
  readonly path: string;
  /** Its format. */
  readonly kind: CheckpointKind;
  /** The shape and type of every tensor, by name. */
  readonly tensors: ReadonlyMap<string, CheckpointEntry>;
  /**
   * Reads one tensor into an array of its own.
   *
   * @throws {InputError} If there is none of that name, or if its bytes are damaged.
   */
  read(name: string): Promise<CheckpointTensor>;
  /**
   * Reads the whole file once, and compares every checksum that it has: those of a zip archive.
   *
   * @throws {InputError} If one differs.
   */
  verify(): Promise<void>;
  /** Closes the file; `using` does the same. Nothing can be read afterwards. */
  close(): void;
}

const kinds: Readonly<
  Record<CheckpointKind, {
    readonly title: string;
    readonly read: (source: ByteSource, refuse: Refuse) => StoredContent;
  }>
> = {
  safetensors: { title: "safetensors", read: readSafetensors },
  "pytorch-zip": { title: "PyTorch", read: readTorchZip },
  "pytorch-legacy": { title: "PyTorch", read: readTorchLegacy },
};

/**
 * Opens a file of weights: safetensors, or a file by `torch.save(model.state_dict(), …)` since 2017, either a zip archive
 * or a stream of pickles. Nothing in the file is run. A pickle is read for the few kinds of values in a state dict, and
 * anything else in it is refused.
 *
 * For a hostile file, opening takes at most 40 times the size of the file and 100 MiB of memory. Reading a tensor takes at
 * most 8 times the size of the file and 1 MiB, because views may repeat numbers; for 16-bit floats twice that. For
 * ordinary files the index takes about 100 kB, and a tensor the size of its numbers.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, isCheckpoint, openCheckpoint } from "@ctsurv/ctsurv/weights";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * const weight = { shape: [1, 3], data: Float32Array.of(1, 2, 3) };
 * await Deno.writeFile(path, encodeSafetensors(new Map([["fc.weight", weight]])));
 * assertEquals(await isCheckpoint(path), true);
 *
 * using checkpoint = await openCheckpoint(path);
 * assertEquals([checkpoint.kind, checkpoint.tensors.get("fc.weight")!.shape], ["safetensors", [1, 3]]);
 * assertEquals([...(await checkpoint.read("fc.weight")).data], [1, 2, 3]);
 * ```
 *
 * @throws {InputError} If there is no such file, or if it has none of these formats.
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

/** The same for a source that is already open. */
export function checkpointOf(source: ByteSource, path: string): Checkpoint {
  const kind = kindOf(source, path);
  const { title, read } = kinds[kind];
  const refuse = refuseAs(path, title);
  const { tensors, records } = read(source, refuse);
  const checked = new Set<Storage>();
  const verify = () => {
    for (const [name, record] of records) checkCrc(source, record, name, refuse);
  };
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
    // deno-lint-ignore require-await -- as `read`
    verify: async () => verify(),
    close: () => source.close(),
    [Symbol.dispose]: () => source.close(),
  };
}

/** The format of a file, from its first bytes. */
function kindOf(source: ByteSource, path: string): CheckpointKind {
  const head = readBytes(source, 0, Math.min(512, source.size));
  const startsWith = (...bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  const refuse = refuseAs(path, "checkpoint");
  if (isTar(head)) throw refuse(TAR);
  // This comes first: the length of a header may look like the start of the other formats, but they have no "{" there.
  if (head[8] === "{".charCodeAt(0)) return "safetensors";
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return "pytorch-zip";
  if (startsWith(0x80)) return "pytorch-legacy";
  const foreign = foreignFormat(head);
  if (foreign !== undefined) throw refuse(foreign);
  if (path.endsWith(".safetensors")) return "safetensors";
  throw refuse("it is neither safetensors, nor a zip archive or a stream of pickles by PyTorch");
}
