import { join } from "node:path";
import { sha256, writeAtomic } from "@ctsurv/common/mod.ts";
import { listFiles } from "./list_files.ts";
import { DEFAULT_SETTINGS, preprocess, type PreprocessedSlices, type PreprocessOptions } from "./preprocess.ts";
import { readInput } from "./read_input.ts";
import { readVolume, type ReadVolumeOptions } from "./read_volume.ts";

/** Raised whenever the same input and settings would give other numbers, or the file another layout. */
const FORMAT = "ctsurv slices 1";

export interface CachedSlices extends PreprocessedSlices {
  /** What {@linkcode readVolume} had to say. */
  readonly warnings: readonly string[];
  /** SHA-256 over the input's bytes, the settings and the format; names the result in further caches. */
  readonly key: string;
  readonly isFromCache: boolean;
}

/**
 * {@linkcode readVolume} and {@linkcode preprocess}, done once per input and settings. The result is kept as float16 in
 * `cacheDir`, in a file named after its key; the slices returned went through float16 (0.35 HU at most) the first time
 * too, so that they are the same numbers whether computed or read. A cache file that is damaged is computed anew.
 *
 * @throws {InputError} As `readVolume` and `preprocess` do; nothing is cached then.
 */
export async function preprocessCached(
  path: string,
  cacheDir: string,
  options: PreprocessOptions & ReadVolumeOptions,
): Promise<CachedSlices> {
  const { segmenter, series, where = path, ...given } = options;
  const settings = { ...DEFAULT_SETTINGS, ...given };
  const described = Object.entries(settings).sort(([a], [b]) => a < b ? -1 : 1);
  const key = sha256(JSON.stringify([FORMAT, await hashInput(path), segmenter.name, series ?? null, described]));
  const cached = join(cacheDir, `${key}.slices`);
  const known = await readCached(cached, key);
  if (known) return known;

  const { volume, warnings } = await readVolume(path, series === undefined ? {} : { series });
  const { resampled: _, lungs: __, slices, areas, ...rest } = await preprocess(volume, {
    ...settings,
    segmenter,
    where,
  });
  const rounded = Float16Array.from(slices);
  const header = JSON.stringify({ ...rest, key, warnings, areas: [...areas] });
  await writeCached(cached, header, rounded);
  return { ...rest, key, warnings, areas, slices: Float32Array.from(rounded), isFromCache: false };
}

/** SHA-256 of a file, or of a folder's files whatever their names and order. */
async function hashInput(path: string): Promise<string> {
  const hashes: string[] = [];
  for (const file of await listFiles(path)) hashes.push(sha256(await readInput(file)));
  return sha256(hashes.sort().join());
}

/** Two lines, the checksum of all that follows and a JSON header, then the slices. */
async function writeCached(path: string, header: string, slices: Float16Array): Promise<void> {
  const payload = new Uint8Array(slices.buffer, slices.byteOffset, slices.byteLength);
  const head = new TextEncoder().encode(`${sha256(`${header}\n`, payload)}\n${header}\n`);
  const file = new Uint8Array(head.length + payload.length);
  file.set(head);
  file.set(payload, head.length);
  await writeAtomic(path, file);
}

/** Undefined if there is no such file, or not as it was written. */
async function readCached(path: string, key: string): Promise<CachedSlices | undefined> {
  let file: Uint8Array;
  try {
    file = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const line = (from: number) => file.indexOf(0x0a, from) + 1;
  const [headerStart, payloadStart] = [line(0), line(line(0))];
  const text = (from: number, to: number) => new TextDecoder().decode(file.subarray(from, to));
  if (text(0, headerStart) !== `${sha256(file.subarray(headerStart))}\n`) return undefined;
  const header = JSON.parse(text(headerStart, payloadStart));
  if (header.key !== key) return undefined;
  const slices = Float32Array.from(new Float16Array(file.slice(payloadStart).buffer as ArrayBuffer));
  return { ...header, areas: Float64Array.from(header.areas), slices, isFromCache: true };
}
