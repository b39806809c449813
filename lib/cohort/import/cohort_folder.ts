import { join } from "node:path";
import { InputError, writeAtomic } from "@ctsurv/common/mod.ts";
import { type CohortManifest, parseCohortManifest } from "../cohort_manifest.ts";

/** Stands in a cohort's folder while an import is under way, to tell a broken-off import from somebody's own files. */
const MARKER = "import-unfinished";

/**
 * Makes sure that an import may write into a folder: that it is new, or holds an import, finished or not, or nothing
 * that the import would replace.
 *
 * @throws {InputError} If it holds a cohort, or a part of one, that no import made.
 */
export async function refuseForeignCohort(dir: string, { copy }: { readonly copy: boolean }): Promise<void> {
  const info = await statPath(dir);
  if (info?.isDirectory === false) throw new InputError(`${dir} is a file; --output takes a folder`);
  if (await statPath(join(dir, MARKER))) return;
  const manifest = join(dir, "cohort.json");
  if (await statPath(manifest)) {
    if (parseCohortManifest(await Deno.readTextFile(manifest), manifest).import) return;
    throw new InputError(`${dir} holds a cohort that no import made. Choose another folder for --output`);
  }
  for (const name of ["clinical.csv", ...copy ? ["images", "segmentations"] : []]) {
    if (await statPath(join(dir, name))) {
      throw new InputError(
        `${join(dir, name)} is there already, and no import made it. Choose another folder for --output`,
      );
    }
  }
}

/**
 * Writes a cohort's files, `cohort.json` last. Broken off, it leaves a folder without `cohort.json`, which is no cohort,
 * and which another import may write into.
 *
 * @param writeImages Does what else there is to write.
 */
export async function writeCohort(
  dir: string,
  { manifest, clinical, writeImages }: {
    readonly manifest: CohortManifest;
    readonly clinical: string;
    readonly writeImages: () => Promise<void>;
  },
): Promise<void> {
  const path = join(dir, "cohort.json");
  await writeAtomic(join(dir, MARKER), "An import is under way, or was broken off. Import again to finish it.\n");
  if (await statPath(path)) await Deno.remove(path);
  await writeImages();
  await writeAtomic(join(dir, "clinical.csv"), clinical);
  await writeAtomic(path, JSON.stringify(manifest, null, 2) + "\n");
  await Deno.remove(join(dir, MARKER));
}

/** Undefined if there is nothing. */
async function statPath(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
