import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileExists, InputError, sha256File } from "@ctsurv/base/mod.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import { matchNetwork } from "./catalogue/match_network.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { checkKept } from "./fetch_weights.ts";
import { openCheckpoint } from "./open_checkpoint.ts";

/** Digits of a SHA-256. */
const FULL_HASH = 64;

/** Whether the whole hash of an entry is known. A file with that hash is certainly the published one. */
export function isPinned({ sha256 = "" }: PretrainedFile): boolean {
  return sha256.length === FULL_HASH;
}

/**
 * Checks a file against its entry: the size and hash as far as they are known. If the whole hash is not known, also
 * checks that the file can be read and has the names and shapes of the network.
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
    const { prefix, absent } = matchNetwork(checkpoint, [entry]);
    if (prefix !== "" || absent.length > 0) {
      throw new InputError(`${path} holds weights of ${entry.architecture}, but is not the published ${entry.file}`);
    }
  }
  return found;
}

/**
 * The folder of weights by default: `data/weights` of this checkout. If the library was loaded from a registry, it is
 * `data/weights` of the working directory.
 */
export function defaultWeightsFolder(): string {
  const beside = new URL("../../data/weights", import.meta.url);
  return beside.protocol === "file:" ? fileURLToPath(beside) : join("data", "weights");
}

/** Weights that are on this machine. */
export interface Pretrained {
  /** Where the file is. */
  readonly path: string;
  /** The catalogue's entry, which also maps the names of the file to those of the architecture. */
  readonly entry: PretrainedFile;
  /** Of the whole file: 64 lower-case hex digits. */
  readonly sha256: string;
  /** Whether the hash is that of the catalogue, as far as it is known. If not, the origin of the weights is unknown. */
  readonly isVerified: boolean;
  /** What the file has besides the network or lacks of its classifier, as sentences; empty for a published file. */
  readonly notes: readonly string[];
}

/**
 * The entries of the catalogue for the name of a file or of an architecture. For an architecture these are the files with
 * its default weights; fetch the first.
 *
 * @example
 * ```ts
 * import { findEntries } from "@ctsurv/ctsurv/weights";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findEntries("resnet50").map(({ name }) => name), ["resnet50.imagenet1k_v1", "resnet50.tv_in1k"]);
 * assertEquals(findEntries("r3d_18")[0]!.trainedOn, "Kinetics-400 (clips of 16 frames)");
 * ```
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

/** The name in the folder of an added file whose hash is not known. */
export function unverifiedName(architecture: string, sha256: string, extension: string): string {
  return `${architecture}.unverified-${sha256.slice(0, 8)}${extension}`;
}

/**
 * Finds the weights of a network in the folder, and checks that they are undamaged.
 *
 * @example
 * ```ts ignore
 * import { findBackbone } from "@ctsurv/ctsurv/nn";
 * import { findPretrained, loadWeights, openCheckpoint } from "@ctsurv/ctsurv/weights";
 *
 * const { path, entry } = await findPretrained("resnet50");
 * using checkpoint = await openCheckpoint(path);
 * const parameters = await loadWeights(findBackbone("resnet50").spec(), checkpoint, entry);
 * ```
 *
 * @param name Of an architecture (`resnet50`: its default weights) or of one file (`resnet50.imagenet1k_v2`).
 * @throws {InputError} If they are not there; the message says how to get them. Also if the file is damaged.
 */
export async function findPretrained(name: string, folder: string = defaultWeightsFolder()): Promise<Pretrained> {
  const entries = findEntries(name);
  for (const entry of entries) {
    const path = join(folder, entry.file);
    if (!await fileExists(path)) continue;
    return { path, entry, sha256: await checkKept(path, entry), isVerified: entry.sha256 !== undefined, notes: [] };
  }
  const added = entries[0]!.architecture === name ? await findUnverified(name, folder) : [];
  if (added.length > 1) {
    throw new InputError(`There are several weights of ${name} whose hash is not known; keep one: ${added.join(", ")}`);
  }
  const [path] = added;
  if (path === undefined) throw notThere(entries[0]!, folder);
  using checkpoint = await openCheckpoint(path);
  const { entry, notes } = matchNetwork(checkpoint);
  if (entry.architecture !== name) throw new InputError(`${path} does not hold the weights of ${name}; delete it`);
  return { path, entry, sha256: await sha256File(path), isVerified: false, notes };
}

/** The added files of an architecture whose hash is not known. */
export async function findUnverified(architecture: string, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const start = unverifiedName(architecture, "", "");
  try {
    for await (const { name } of Deno.readDir(folder)) {
      // Copies that are not finished, of this process or another, do not count.
      if (name.startsWith(start) && !/\.(part|partial)$/.test(name)) found.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

function notThere({ name, architecture, file, url, bytes }: PretrainedFile, folder: string): InputError {
  const size = bytes === undefined ? "" : ` (${Math.round(bytes / 1e6)} MB)`;
  // Results quote this: where somebody's checkout lies is nobody's business.
  const named = folder === defaultWeightsFolder() ? "data/weights" : folder;
  return new InputError(
    `The weights of ${architecture} are not in ${named}. Run "ctsurv weights fetch ${name}"${size}; or get ${url} by ` +
      `other means and run "ctsurv weights add ${file}"`,
  );
}

/**
 * Finds the network that a file of weights belongs to. It is recognised by its hash. If the hash is not known, the names
 * and shapes of its tensors decide, under whatever prefix they stand, and the file does not count as a published one.
 *
 * @throws {InputError} If the file cannot be read, or belongs to none of the networks.
 */
export async function recogniseWeights(path: string): Promise<Pretrained> {
  using checkpoint = await openCheckpoint(path);
  const sha256 = await sha256File(path);
  const entry = CATALOGUE.find((entry) => entry.sha256 !== undefined && sha256.startsWith(entry.sha256));
  if (!entry) {
    const { entry, notes } = matchNetwork(checkpoint);
    return { path, entry, sha256, isVerified: false, notes };
  }
  await checkFile(path, entry);
  return { path, entry, sha256, isVerified: true, notes: [] };
}
