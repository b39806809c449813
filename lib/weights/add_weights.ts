import { copyFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { defaultWeightsFolder, type Pretrained, recogniseWeights, unverifiedName } from "./find_pretrained.ts";
import { checkContent } from "./verify_weights.ts";

/**
 * Copies a file of weights into the folder, under the name that ctsurv looks for. A file whose hash is not known, say of
 * weights that you trained yourself, is called `<architecture>.unverified-<hash>`; see {@linkcode recogniseWeights}.
 *
 * @returns The network that was recognised, with the path of the copy.
 * @throws {InputError} If the file cannot be read, is damaged, belongs to none of the networks, or holds numbers with which
 * no network can be run.
 */
export async function addWeights(file: string, folder: string = defaultWeightsFolder()): Promise<Pretrained> {
  const recognised = await recogniseWeights(file);
  await checkContent(recognised);
  const { entry, sha256, isVerified } = recognised;
  const name = isVerified ? entry.file : unverifiedName(entry.architecture, sha256, extname(file));
  const path = join(folder, name);
  await Deno.mkdir(folder, { recursive: true });
  // A name of its own: another process may be adding the same file.
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    await copyFile(file, temporary);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  return { ...recognised, path };
}
