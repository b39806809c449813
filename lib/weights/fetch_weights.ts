import { join } from "node:path";
import { fileExists, InputError, withFileLock } from "@ctsurv/base/mod.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { download, type DownloadOptions } from "./download.ts";
import { checkFile, defaultWeightsFolder } from "./find_pretrained.ts";

/** Options of {@linkcode fetchWeights}. */
export interface FetchOptions extends Omit<DownloadOptions, "bytes"> {
  /** Where the files are kept. @default {defaultWeightsFolder()} */
  readonly folder?: string;
  /** The URL of a server that has the files under their names. @default {where they were published} */
  readonly mirror?: string;
}

/** A file that is now in the folder. */
export interface FetchedFile {
  /** Where it is. */
  readonly path: string;
  /** Of the whole file: 64 lower-case hex digits. */
  readonly sha256: string;
  /** Whether it was there before, so that nothing was downloaded. */
  readonly wasThere: boolean;
}

/**
 * Downloads a file of weights into the folder, unless it is there. The file is called `<name>.part` until it is complete
 * and its size and SHA-256 are right. A second call continues an unfinished file, and waits while another process
 * downloads it.
 *
 * @example The default weights of EfficientNet-B0
 * ```ts ignore
 * import { fetchWeights, findEntries } from "@ctsurv/ctsurv/weights";
 *
 * const { path } = await fetchWeights(findEntries("efficientnet_b0")[0]!);
 * ```
 *
 * @param entry From {@linkcode findEntries} or {@linkcode CATALOGUE}.
 * @throws {InputError} If the file cannot be downloaded. The message says what to do instead.
 */
export async function fetchWeights(entry: PretrainedFile, options: FetchOptions = {}): Promise<FetchedFile> {
  const { folder = defaultWeightsFolder(), mirror } = options;
  const path = join(folder, entry.file);
  if (await fileExists(path)) {
    return { path, sha256: await checkKept(path, entry), wasThere: true };
  }
  const url = mirror === undefined ? entry.url : `${mirror.replace(/\/+$/, "")}/${entry.file}`;
  const part = `${path}.part`;
  const settings = { ...options, ...(entry.bytes === undefined ? {} : { bytes: entry.bytes }) };
  try {
    // A second process waits for the first, and then finds the file or continues it.
    return await withFileLock(`${path}.lock`, async () => {
      if (await fileExists(path)) return { path, sha256: await checkKept(path, entry), wasThere: true };
      const sha256 = await downloadChecked(url, part, entry, settings);
      await Deno.rename(part, path);
      return { path, sha256, wasThere: false };
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `Cannot fetch ${entry.name}: ${error.message}. Run the command again to continue the download. Or get the file ` +
        `on another machine from ${entry.url}, and run "ctsurv weights add FILE" or save it as ${path}. Or set ` +
        "CTSURV_WEIGHTS_URL to a mirror",
    );
  }
}

/** If the kept part and the rest do not make the right file, fetches all of it once more. */
async function downloadChecked(
  url: string,
  part: string,
  entry: PretrainedFile,
  options: DownloadOptions,
): Promise<string> {
  const kept = await download(url, part, options);
  try {
    return await checkFile(part, entry);
  } catch (error) {
    await Deno.remove(part);
    if (kept === 0) throw new InputError(`${(error as Error).message}; it was deleted`);
    return await downloadChecked(url, part, entry, options);
  }
}

/** The SHA-256 of a file in the folder. A damaged file is an error; it is not replaced without asking. */
export async function checkKept(path: string, entry: PretrainedFile): Promise<string> {
  try {
    return await checkFile(path, entry);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message}. Delete ${path}, and run "ctsurv weights fetch ${entry.name}"`);
  }
}
