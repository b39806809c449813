import { InputError } from "@ctsurv/common/mod.ts";
import { catalogue } from "./catalogue/catalogue.ts";
import { findByLayout } from "./catalogue/layouts.ts";
import { checkFile } from "./check_file.ts";
import type { Pretrained } from "./find_pretrained.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import { sha256File } from "./sha256_file.ts";

/**
 * Tells which network a file of weights is of: by its hash; if that is not known, by the names and shapes of its tensors,
 * and then it is not taken for any published file.
 *
 * @throws {InputError} If it cannot be read, or is of none of the networks.
 */
export async function recogniseWeights(path: string): Promise<Pretrained> {
  using checkpoint = await openCheckpoint(path);
  const sha256 = await sha256File(path);
  const published = catalogue.find((entry) => entry.sha256 !== undefined && sha256.startsWith(entry.sha256));
  if (published) await checkFile(path, published);
  const entry = published ?? findByLayout(checkpoint);
  if (!entry) {
    const networks = [...new Set(catalogue.map(({ architecture }) => architecture))].join(", ");
    throw new InputError(
      `${path} (SHA-256 ${sha256}) is no file that ctsurv knows, and its tensors are not those of ${networks}`,
    );
  }
  return { path, entry, sha256, isVerified: published !== undefined };
}
