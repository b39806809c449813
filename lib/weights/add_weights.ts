import { copyFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";
import { catalogue } from "./catalogue/catalogue.ts";
import { findByLayout } from "./catalogue/layouts.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { checkFile } from "./check_file.ts";
import { unverifiedName } from "./find_pretrained.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import { sha256File } from "./sha256_file.ts";
import { weightsFolder } from "./weights_folder.ts";

/** What a file was recognised as, and where its copy is. */
export interface AddedFile {
  readonly path: string;
  readonly entry: PretrainedFile;
  readonly sha256: string;
  /** Whether its hash is in the catalogue, or only its names and shapes fit. */
  readonly isVerified: boolean;
}

/**
 * Copies a file of weights into the folder, under the name that ctsurv looks for. It is recognised by its hash; if that
 * is not known, by the names and shapes of its tensors, and is then not taken for any published file.
 *
 * @throws {InputError} If it cannot be read, or is of none of the networks.
 */
export async function addWeights(file: string, folder: string = weightsFolder()): Promise<AddedFile> {
  using checkpoint = await openCheckpoint(file);
  const sha256 = await sha256File(file);
  const published = catalogue.find((entry) => entry.sha256 !== undefined && sha256.startsWith(entry.sha256));
  if (published) await checkFile(file, published);
  const entry = published ?? findByLayout(checkpoint);
  if (!entry) {
    const networks = [...new Set(catalogue.map(({ architecture }) => architecture))].join(", ");
    throw new InputError(
      `${file} (SHA-256 ${sha256}) is no file that ctsurv knows, and its tensors are not those of ${networks}`,
    );
  }
  const name = published ? entry.file : unverifiedName(entry.architecture, sha256, extname(file));
  const path = join(folder, name);
  await Deno.mkdir(folder, { recursive: true });
  await copyFile(file, `${path}.part`);
  await Deno.rename(`${path}.part`, path);
  return { path, entry, sha256, isVerified: published !== undefined };
}
