import { join } from "node:path";
import { listFiles, readChecked, readInput, sha256, writeChecked } from "@ctsurv/base/mod.ts";
import { measureScan, type ScanMeasurements } from "../quality/measure_scan.ts";
import { readVolume, type ReadVolumeOptions } from "../read_volume.ts";
import { defaultSettings, preprocess, type PreprocessedSlices, type PreprocessOptions } from "./preprocess.ts";

/** Options of {@linkcode preprocessCached}. */
export interface PreprocessCachedOptions extends PreprocessOptions, ReadVolumeOptions {
  /** Called where the result is not in the cache. May put it there: the cache is looked at again. */
  readonly onMiss?: () => Promise<void>;
}

/** Raised whenever the same input and settings would give other numbers, or the file another layout. */
const FORMAT = "ctsurv slices 3";

export interface CachedSlices extends PreprocessedSlices {
  /** What {@linkcode readVolume} had to say. */
  readonly warnings: readonly string[];
  /** For quality control, which needs more of the scan than the slices. */
  readonly measured: ScanMeasurements;
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
  options: PreprocessCachedOptions,
): Promise<CachedSlices> {
  const { segmenter, series, where = path, onMiss, ...given } = options;
  const settings = { ...defaultSettings, ...given };
  const described = Object.entries(settings).sort(([a], [b]) => a < b ? -1 : 1);
  const key = sha256(JSON.stringify([FORMAT, await hashInput(path), segmenter.name, series ?? null, described]));
  const cached = join(cacheDir, `${key}.slices`);
  const known = await readCached(cached, key);
  if (known) return known;
  if (onMiss) {
    await onMiss();
    const made = await readCached(cached, key);
    if (made) return { ...made, isFromCache: false };
  }

  const reading = await readVolume(path, series === undefined ? {} : { series });
  const result = await preprocess(reading.volume, { ...settings, segmenter, where });
  const facts = { key, warnings: reading.warnings, measured: measureScan(reading, result, settings) };
  const { resampled: _, lungs: __, slices, areas, ...rest } = result;
  const rounded = Float16Array.from(slices);
  await writeChecked(cached, { ...rest, ...facts, areas: [...areas] }, rounded);
  return { ...rest, ...facts, areas, slices: Float32Array.from(rounded), isFromCache: false };
}

/** SHA-256 of a file, or of a folder's files whatever their names and order. */
async function hashInput(path: string): Promise<string> {
  const hashes: string[] = [];
  for (const file of await listFiles(path)) hashes.push(sha256(await readInput(file)));
  return sha256(hashes.sort().join());
}

/** A cache file's header: all but the slices, with plain arrays. */
type CachedHeader = Omit<CachedSlices, "slices" | "areas" | "isFromCache"> & { readonly areas: readonly number[] };

/** Undefined if there is no such file, or not as it was written. */
async function readCached(path: string, key: string): Promise<CachedSlices | undefined> {
  const content = await readChecked<CachedHeader>(path);
  if (content?.header.key !== key) return undefined;
  const { header, payload } = content;
  const slices = Float32Array.from(new Float16Array(payload.buffer));
  return { ...header, areas: Float64Array.from(header.areas), slices, isFromCache: true };
}
