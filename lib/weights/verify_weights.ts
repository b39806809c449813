import { join } from "node:path";
import { fileExists, InputError, sha256File } from "@ctsurv/base/mod.ts";
import { CATALOGUE } from "./catalogue/catalogue.ts";
import { checkKept } from "./fetch_weights.ts";
import { defaultWeightsFolder, findUnverified } from "./find_pretrained.ts";
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
 * Hashes every file of weights in the folder and reads its index. Nothing is changed.
 *
 * @throws {InputError} If files are damaged. The message names each of them and says what to do.
 */
export async function verifyWeights(folder: string = defaultWeightsFolder()): Promise<readonly VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  const problems: string[] = [];
  const verify = async (path: string, isVerified: boolean, hash: () => Promise<string>) => {
    try {
      const sha256 = await hash();
      using checkpoint = await openCheckpoint(path);
      verified.push({ path, kind: checkpoint.kind, tensors: checkpoint.tensors.size, sha256, isVerified });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  };
  for (const entry of CATALOGUE) {
    const path = join(folder, entry.file);
    if (!await fileExists(path)) continue;
    await verify(path, entry.sha256 !== undefined, () => checkKept(path, entry));
  }
  for (const architecture of new Set(CATALOGUE.map((entry) => entry.architecture))) {
    for (const path of await findUnverified(architecture, folder)) await verify(path, false, () => sha256File(path));
  }
  if (problems.length > 0) throw new InputError(problems.join("\n"));
  return verified;
}
