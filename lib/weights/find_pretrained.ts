import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileExists, InputError, sha256File } from "@ctsurv/base/mod.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import { findByLayout, hasLayout } from "./catalogue/_layouts.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { checkKept } from "./fetch_weights.ts";
import { openCheckpoint } from "./open_checkpoint.ts";

/** Digits of a SHA-256. */
const FULL_HASH = 64;

/** Whether an entry's whole hash is known, so that a file that has it is the published one beyond doubt. */
function isPinned({ sha256 = "" }: PretrainedFile): boolean {
  return sha256.length === FULL_HASH;
}

/**
 * Checks a file against its entry: its size and hash, as far as they are known, and for the rest whether it can be read
 * and has the network's names and shapes.
 *
 * @returns Its SHA-256.
 * @throws {InputError} If it is another file, or a damaged one.
 */
export async function checkFile(path: string, entry: PretrainedFile): Promise<string> {
  const { size } = await Deno.stat(path);
  if (entry.bytes !== undefined && size !== entry.bytes) {
    throw new InputError(`${path} has ${size} bytes; ${entry.file} has ${entry.bytes}`);
  }
  const found = await sha256File(path);
  if (!found.startsWith(entry.sha256 ?? "")) {
    throw new InputError(`${path} has the SHA-256 ${found}; that of ${entry.file} is ${entry.sha256}`);
  }
  if (!isPinned(entry)) {
    using checkpoint = await openCheckpoint(path);
    if (!hasLayout(checkpoint, entry)) {
      throw new InputError(`${path} does not hold the weights of ${entry.architecture}`);
    }
  }
  return found;
}

/** Where files of weights are kept unless said: `data/weights` of this checkout, or below the working directory. */
export function defaultWeightsFolder(): string {
  const beside = new URL("../../data/weights", import.meta.url);
  return beside.protocol === "file:" ? fileURLToPath(beside) : join("data", "weights");
}

/** Weights that are on this machine. */
export interface Pretrained {
  readonly path: string;
  /** What is known of the file, and how its names become the architecture's. */
  readonly entry: PretrainedFile;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** Whether that is the catalogue's, as far as it is known. If not, nobody vouches for what these weights are. */
  readonly isVerified: boolean;
}

/**
 * The entries for a name: that of a file, or of an architecture. For an architecture these are the files that hold its
 * default weights; the first is the one to fetch.
 *
 * @throws {InputError} If there is none.
 */
export function findEntries(name: string): readonly PretrainedFile[] {
  const first = CATALOGUE.find((entry) => entry.name === name || entry.architecture === name);
  if (!first) {
    const known = CATALOGUE.map((entry) => entry.name).join(", ");
    throw new InputError(`There are no weights "${name}": choose one of ${known}, or name a network, such as resnet50`);
  }
  if (first.name === name) return [first];
  return CATALOGUE.filter(({ architecture, weights }) => architecture === name && weights === first.weights);
}

/** Name of a file in the folder that was added though its hash is not known. */
export function unverifiedName(architecture: string, sha256: string, extension: string): string {
  return `${architecture}.unverified-${sha256.slice(0, 8)}${extension}`;
}

/**
 * Finds a network's weights in the folder, and checks that they are undamaged.
 *
 * @param name Of an architecture (`resnet50`: its default weights) or of one file (`resnet50.imagenet1k_v2`).
 * @throws {InputError} If they are not there, saying how to get them, or if the file is damaged.
 */
export async function findPretrained(name: string, folder: string = defaultWeightsFolder()): Promise<Pretrained> {
  const entries = findEntries(name);
  for (const entry of entries) {
    const path = join(folder, entry.file);
    if (!await fileExists(path)) continue;
    return { path, entry, sha256: await checkKept(path, entry), isVerified: entry.sha256 !== undefined };
  }
  const added = entries[0]!.architecture === name ? await findUnverified(name, folder) : [];
  if (added.length > 1) {
    throw new InputError(`There are several weights of ${name} whose hash is not known; keep one: ${added.join(", ")}`);
  }
  const [path] = added;
  if (path === undefined) throw notThere(entries[0]!, folder);
  using checkpoint = await openCheckpoint(path);
  const entry = findByLayout(checkpoint);
  if (entry?.architecture !== name) throw new InputError(`${path} does not hold the weights of ${name}; delete it`);
  return { path, entry, sha256: await sha256File(path), isVerified: false };
}

/** Files of an architecture in the folder that were added though their hash is not known. */
export async function findUnverified(architecture: string, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const start = unverifiedName(architecture, "", "");
  try {
    for await (const { name } of Deno.readDir(folder)) if (name.startsWith(start)) found.push(join(folder, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

function notThere({ name, architecture, file, url, bytes }: PretrainedFile, folder: string): InputError {
  const size = bytes === undefined ? "" : ` (${Math.round(bytes / 1e6)} MB)`;
  return new InputError(
    `The weights of ${architecture} are not in ${folder}. Run "ctsurv weights fetch ${name}"${size}; or get ${url} by ` +
      `other means and run "ctsurv weights add ${file}"`,
  );
}

/**
 * Tells which network a file of weights is of: by its hash; if that is not known, by the names and shapes of its tensors,
 * and then it is not taken for any published file.
 *
 * @throws {InputError} If it cannot be read, or is of none of the networks.
 */
export async function recogniseWeights(path: string): Promise<Pretrained> {
  using checkpoint = await openCheckpoint(path);
  const sha256 = await sha256File(path);
  const published = CATALOGUE.find((entry) => entry.sha256 !== undefined && sha256.startsWith(entry.sha256));
  if (published) await checkFile(path, published);
  const entry = published ?? findByLayout(checkpoint);
  if (!entry) {
    const networks = [...new Set(CATALOGUE.map(({ architecture }) => architecture))].join(", ");
    throw new InputError(
      `${path} (SHA-256 ${sha256}) is not a file that ctsurv knows, and its tensors are not those of ${networks}`,
    );
  }
  return { path, entry, sha256, isVerified: published !== undefined };
}
