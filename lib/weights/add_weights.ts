import { copyFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { defaultWeightsFolder, type Pretrained, recogniseWeights, unverifiedName } from "./find_pretrained.ts";

/**
 * Copies a file of weights into the folder, under the name that ctsurv looks for. A file whose hash is not known, say of
 * weights that you trained yourself, is called `<architecture>.unverified-<hash>`; see {@linkcode recogniseWeights}.
 *
 * @returns The network that was recognised, with the path of the copy.
 * @throws {InputError} If the file cannot be read, or belongs to none of the networks.
 */
export async function addWeights(file: string, folder: string = defaultWeightsFolder()): Promise<Pretrained> {
  const recognised = await recogniseWeights(file);
  const { entry, sha256, isVerified } = recognised;
  const name = isVerified ? entry.file : unverifiedName(entry.architecture, sha256, extname(file));
  const path = join(folder, name);
  await Deno.mkdir(folder, { recursive: true });
  await copyFile(file, `${path}.part`);
  await Deno.rename(`${path}.part`, path);
  return { ...recognised, path };
}
