import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type DicomFacts, hashDicomImage } from "@ctsurv/imaging/mod.ts";

/** A file of a series, as its header tells it. */
export interface SeriesFile {
  /** Relative to the scanned folder. */
  readonly path: string;
  readonly facts: DicomFacts;
}

/** One image of a series, and the files that hold it. */
export interface ToldImage {
  readonly facts: DicomFacts;
  /** Sorted; several where it was downloaded more than once. */
  readonly paths: readonly string[];
}

/**
 * Tells copies of one image from images that share their UID, as those that an anonymiser gave a single one. Copies have
 * the same pixels at the same place. Only files with the same SOPInstanceUID are compared, and only they are read.
 *
 * @param root The folder that paths are relative to.
 * @returns The images, by UID and content, so that their order does not depend on where they lie; and the files that
 *   are cut off while another copy is whole.
 */
export async function tellCopies(
  root: string,
  files: readonly SeriesFile[],
): Promise<{ readonly images: readonly ToldImage[]; readonly broken: readonly string[] }> {
  const images: ToldImage[] = [];
  const broken: string[] = [];
  const byUid = [...Map.groupBy(files, ({ facts }) => facts.instance)].sort(([a], [b]) => a < b ? -1 : 1);
  for (const [uid, alike] of byUid) {
    if (alike.length === 1 && uid !== "") {
      images.push({ facts: alike[0]!.facts, paths: [alike[0]!.path] });
      continue;
    }
    const hashed: {
      readonly file: SeriesFile;
      readonly hash: string;
      readonly place: string;
      readonly isWhole: boolean;
    }[] = [];
    for (const file of alike) hashed.push({ file, ...await hashOrPath(root, file.path) });
    const whole = new Set(hashed.filter(({ isWhole }) => isWhole).map(({ place }) => place));
    const kept = hashed.filter(({ isWhole, place }) => isWhole || !whole.has(place));
    broken.push(...hashed.filter((one) => !kept.includes(one)).map(({ file }) => file.path));
    const byHash = [...Map.groupBy(kept, ({ hash }) => hash)].sort(([a], [b]) => a < b ? -1 : 1);
    for (const [, copies] of byHash) {
      images.push({ facts: copies[0]!.file.facts, paths: copies.map(({ file }) => file.path).sort() });
    }
  }
  return { images, broken };
}

/** A file that cannot be read is like no other; reading the series will say what is wrong with it. */
async function hashOrPath(root: string, path: string) {
  try {
    return await hashDicomImage(join(root, path));
  } catch (error) {
    if (error instanceof InputError) return { hash: path, place: path, isWhole: true };
    throw error;
  }
}
