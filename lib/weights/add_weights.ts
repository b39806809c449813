import { copyFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { defaultWeightsFolder, type Pretrained, recogniseWeights, unverifiedName } from "./find_pretrained.ts";

/**
 * Copies a file of weights into the folder, under the name that ctsurv looks for; see {@linkcode recogniseWeights}.
 *
 * @returns What it was recognised as, with the path of the copy.
 * @throws {InputError} If it cannot be read, or is of none of the networks.
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
