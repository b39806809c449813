import { join } from "node:path";
import { InputError, readChecked, readInput, sha256, statInput, writeChecked } from "@ctsurv/base/mod.ts";
import { isDicomFile } from "../dicom/_file.ts";
import { listImageFiles } from "../image_files.ts";
import { wasMisread } from "../nifti/_read_nifti.ts";
import { measureScan, type ScanMeasurements } from "../quality/measure_scan.ts";
import { readVolume, type ReadVolumeOptions } from "../read_volume.ts";
import { defaultSettings, type PreprocessedSlices, type PreprocessOptions } from "./preprocess.ts";
import { preprocessReading } from "./preprocess_reading.ts";

/** Options of {@linkcode preprocessCached}. */
export interface PreprocessCachedOptions extends PreprocessOptions, ReadVolumeOptions {
  /** Called if the result is not in the cache. It may put the result there: the cache is read again afterwards. */
  readonly onMiss?: () => Promise<void>;
}

/** Raised whenever the same input and settings give other numbers, or the file gets another layout. */
const FORMAT = "ctsurv slices 3";
/** Of the few files that 0.1.0, which wrote format 3 too, misread. */
const REREAD_FORMAT = "ctsurv slices 4";

/** Preprocessed slices, from the cache or newly computed. */
export interface CachedSlices extends PreprocessedSlices {
  /** Warnings of {@linkcode readVolume}. */
  readonly warnings: readonly string[];
  /** Measurements for quality control, which takes more of the scan than the slices. */
  readonly measured: ScanMeasurements;
  /** SHA-256 over the input's bytes, the segmenter, the settings and the format; names the result in further caches. */
  readonly key: string;
  /** Whether the result was in the cache before this call. */
  readonly isFromCache: boolean;
}

/**
 * Runs {@linkcode readVolume} and {@linkcode preprocessReading} once per input and settings. The result is kept as float16 in
 * `cacheDir`, in a file named after its key. New slices go through float16 as well (0.35 HU at most), so that computed
 * and cached slices are the same numbers. A damaged cache file is computed again.
 *
 * @param path A NIfTI file, a DICOM file or a folder of DICOM files.
 * @throws {InputError} For the reasons of `readVolume` and `preprocessReading`; nothing is cached then.
 *
 * @example
 * ```ts
 * import { type LungSegmenter, preprocessCached, writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const hu = new Int16Array(3 * 64).fill(40);
 * for (let row = 2; row < 6; row++) hu.fill(-850, 64 + 8 * row + 2, 64 + 8 * row + 6);
 * const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const;
 * await writeNifti(`${folder}/scan.nii`, { data: hu, shape: [3, 8, 8], affine });
 * const segmenter: LungSegmenter = {
 *   name: "below -500 HU",
 *   segment: ({ hu }) => Promise.resolve(Uint8Array.from(hu, (value) => value < -500 ? 1 : 0)),
 * };
 *
 * const options = { segmenter, size: 2, leastLungVolume: 0 };
 * const computed = await preprocessCached(`${folder}/scan.nii`, `${folder}/cache`, options);
 * const cached = await preprocessCached(`${folder}/scan.nii`, `${folder}/cache`, options);
 * assertEquals([computed.isFromCache, cached.isFromCache], [false, true]);
 * assertEquals(cached.slices, computed.slices);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function preprocessCached(
  path: string,
  cacheDir: string,
  options: PreprocessCachedOptions,
): Promise<CachedSlices> {
  const { segmenter, series, where = path, onMiss, clip = true, ...given } = options;
  // Clipping is the rule, and only its absence is in the key: files of earlier versions keep their names.
  const settings = { ...defaultSettings, ...given, ...!clip && { clip } };
  const described = Object.entries(settings).sort(([a], [b]) => a < b ? -1 : 1);
  const { hash, format } = await hashInput(path);
  const key = sha256(JSON.stringify([format, hash, segmenter.name, series ?? null, described]));
  const cached = join(cacheDir, `${key}.slices`);
  const known = await readCached(cached, key);
  if (known) return known;
  if (onMiss) {
    await onMiss();
    const made = await readCached(cached, key);
    if (made) return { ...made, isFromCache: false };
  }

  const reading = await readVolume(path, series === undefined ? {} : { series });
  const result = await preprocessReading(reading, { ...settings, segmenter, where });
  const facts = { key, warnings: reading.warnings, measured: measureScan(reading, result, settings) };
  const { resampled: _, lungs: __, slices, areas, ...rest } = result;
  const rounded = Float16Array.from(slices);
  await writeChecked(cached, { ...rest, ...facts, areas: [...areas] }, rounded);
  return { ...rest, ...facts, areas, slices: Float32Array.from(rounded), isFromCache: false };
}

/**
 * SHA-256 of a file, or of a folder's DICOM files whatever their names and order. Other files there are not read, as for
 * {@linkcode readVolume}: an archive beside the slices can be huge.
 */
async function hashInput(path: string): Promise<{ readonly hash: string; readonly format: string }> {
  if (await statInput(path) === "file") {
    const file = await readInput(path);
    return { hash: sha256(sha256(file)), format: wasMisread(path, file) ? REREAD_FORMAT : FORMAT };
  }
  const hashes: string[] = [];
  for (const file of (await listImageFiles(path)).files) {
    if (await isReadable(file)) hashes.push(sha256(await readInput(file)));
  }
  return { hash: sha256(hashes.sort().join()), format: FORMAT };
}

/** A file that cannot be read is left out by `readVolume`, with a warning. */
async function isReadable(file: string): Promise<boolean> {
  try {
    return await isDicomFile(file);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** The header of a cache file: everything except the slices, with plain arrays. */
type CachedHeader = Omit<CachedSlices, "slices" | "areas" | "isFromCache"> & { readonly areas: readonly number[] };

/** Undefined if there is no such file, or it is damaged. */
async function readCached(path: string, key: string): Promise<CachedSlices | undefined> {
  const content = await readChecked<CachedHeader>(path);
  if (content?.header.key !== key) return undefined;
  const { header, payload } = content;
  const slices = Float32Array.from(new Float16Array(payload.buffer));
  // 0.1.0 kept no doubts.
  const measured = { ...header.measured, doubts: header.measured.doubts ?? [] };
  return { ...header, measured, areas: Float64Array.from(header.areas), slices, isFromCache: true };
}
