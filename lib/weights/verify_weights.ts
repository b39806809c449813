import { join } from "node:path";
import { fileExists, InputError, sha256File } from "@ctsurv/base/mod.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import { matchNetwork } from "./catalogue/match_network.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { checkKept } from "./fetch_weights.ts";
import { defaultWeightsFolder, findUnverified, isPinned, type Pretrained } from "./find_pretrained.ts";
import { readFloats } from "./load_weights.ts";
import { type CheckpointKind, openCheckpoint } from "./open_checkpoint.ts";

/** A file of the folder that is undamaged. */
export interface VerifiedFile {
  /** Where it is. */
  readonly path: string;
  /** Its format. */
  readonly kind: CheckpointKind;
  /** How many tensors it holds. */
  readonly tensors: number;
  /** Of the whole file: 64 lower-case hex digits. */
  readonly sha256: string;
  /** Whether the catalogue has a hash for it, all of it or its first digits, and the file has the same. */
  readonly isVerified: boolean;
}

/**
 * Reads a file of weights from end to end: compares its checksums, and looks at every number that the network takes. A
 * published file whose whole hash was compared needs no more than that.
 *
 * @throws {InputError} If a checksum differs, or numbers cannot be used.
 */
export async function checkContent(
  { path, entry, isVerified }: Pick<Pretrained, "path" | "entry" | "isVerified">,
): Promise<void> {
  if (isVerified && isPinned(entry)) return;
  using checkpoint = await openCheckpoint(path);
  await checkpoint.verify();
  for (const source of matchNetwork(checkpoint, [entry]).sources.values()) await readFloats(checkpoint, source);
}

/**
 * Hashes every file of weights in the folder and reads it from end to end. Nothing is changed.
 *
 * @throws {InputError} If files are damaged. The message names each of them and says what to do.
 */
export async function verifyWeights(folder: string = defaultWeightsFolder()): Promise<readonly VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  const problems: string[] = [];
  const verify = async (path: string, isVerified: boolean, hash: () => Promise<string>, known?: PretrainedFile) => {
    try {
      const sha256 = await hash();
      using checkpoint = await openCheckpoint(path);
      await checkContent({ path, isVerified, entry: known ?? matchNetwork(checkpoint).entry });
      verified.push({ path, kind: checkpoint.kind, tensors: checkpoint.tensors.size, sha256, isVerified });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  };
  for (const entry of CATALOGUE) {
    const path = join(folder, entry.file);
    if (!await fileExists(path)) continue;
    await verify(path, entry.sha256 !== undefined, () => checkKept(path, entry), entry);
  }
  for (const architecture of new Set(CATALOGUE.map((entry) => entry.architecture))) {
    for (const path of await findUnverified(architecture, folder)) await verify(path, false, () => sha256File(path));
  }
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return verified;
}
