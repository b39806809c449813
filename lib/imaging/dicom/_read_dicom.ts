import { InputError, statInput } from "@ctsurv/base/mod.ts";
import { doubt, noRemarks, type Remarks } from "../_remarks.ts";
import { listImageFiles } from "../image_files.ts";
import { affineFrom, affineSpacing, cross, scale } from "../volume/_affine.ts";
import { storeHu } from "../volume/hu.ts";
import { type Affine, createVolume, type Volume } from "../volume/volume.ts";
import { chooseSeries } from "./_choose_series.ts";
import { checkAcquisitions, checkSliceDistance, describeDifferences } from "./_contradictions.ts";
import { sliceHeights, stackAffine, stackSlices } from "./_geometry.ts";
import { type DicomImage, readDicomImages } from "./_image.ts";
import { createPixelReader, hounsfieldTable, type PixelReader } from "./_pixels.ts";
import { type Acquisition, describeAcquisition, type DicomHeader, openDicomHeader } from "./header.ts";

export interface DicomVolume extends Remarks {
  readonly volume: Volume;
  /** SeriesInstanceUID; empty if the files have none. */
  readonly series: string;
  /** FrameOfReferenceUID; empty if the files have none. */
  readonly frameOfReference: string;
  /** The slices' files, from the first slice to the last. */
  readonly files: readonly string[];
  readonly acquisition: Acquisition;
}

/**
 * Reads the CT series in a folder (and the folders in it), an enhanced CT or a single slice as HU.
 *
 * @param options.series SeriesInstanceUID to read if there are several.
 * @throws {InputError} If there is no CT series, there are several and none is chosen, or the series is not a gapless,
 *   right-angled grid of grey slices.
 */
export async function readDicom(path: string, options: { readonly series?: string } = {}): Promise<DicomVolume> {
  const remarks = noRemarks();
  const { warnings } = remarks;
  const isFile = await statInput(path) === "file";
  const headers = chooseSeries(path, await readHeaders(path, isFile, warnings), options.series, warnings);
  const images = headers.flatMap(readDicomImages) as [DicomImage, ...DicomImage[]];
  const stack = stackSlices(path, images);
  await refuseConflicts(path, stack, warnings);
  const slices = stack.map(([image]) => image);
  checkAcquisitions(path, slices, remarks);
  const affine = isFile && stack.length === 1 ? singleSliceAffine(images[0], warnings) : stackAffine(path, slices);
  checkSliceDistance(slices, affineSpacing(affine)[0], remarks);
  const lossy = slices.filter((image) => image.isLossy).length;
  if (lossy > 0) {
    warnings.push(`${lossy} of ${slices.length} slices were compressed with loss: HU are not quite those measured`);
  }
  const uncalibrated = slices.filter((image) => !image.storage.isCalibrated).length;
  if (uncalibrated > 0) {
    doubt(
      remarks,
      `${uncalibrated} of ${slices.length} slices lack RescaleSlope or RescaleIntercept; 1 and 0 were taken. ` +
        "Check that air is near -1000 HU",
    );
  }
  return {
    volume: createVolume(path, await readVoxels(slices), [slices.length, images[0].rows, images[0].columns], affine),
    ...remarks,
    series: headers[0].series,
    frameOfReference: headers[0].tags.text("FrameOfReferenceUID"),
    files: [...new Set(slices.map((image) => image.path))],
    acquisition: describeAcquisition(headers[0], sliceHeights(slices)),
  };
}

async function readHeaders(path: string, isFile: boolean, warnings: string[]): Promise<DicomHeader[]> {
  const { files, passedOver } = await listImageFiles(path);
  const headers: DicomHeader[] = [];
  const skipped = passedOver.map(({ path, reason }) => `${path}: ${reason}`);
  for (const file of files) {
    try {
      headers.push(await openDicomHeader(file));
    } catch (error) {
      if (!(error instanceof InputError) || isFile) throw error;
      skipped.push(error.message);
    }
  }
  if (headers.length === 0) throw noDicom(path, files, skipped);
  if (skipped.length > 0) warnings.push(`files left out: ${skipped.length}. ${list(skipped)}`);
  return headers;
}

/** What to say of a folder without DICOM. */
function noDicom(path: string, files: readonly string[], skipped: readonly string[]): InputError {
  const nifti = files.filter((file) => /\.nii(\.gz)?$/i.test(file));
  if (nifti.length > 0) {
    const [what, names] = nifti.length === 1
      ? ["one NIfTI file", nifti[0]!]
      : [`${nifti.length} NIfTI files`, list(nifti)];
    return new InputError(`${path}: a folder with ${what}, and no DICOM. Give the file itself: ${names}`);
  }
  return new InputError(
    `${path}: no DICOM file that can be read` + (skipped.length ? `. ${list(skipped)}` : "; the folder is empty"),
  );
}

/** Files at one position must be copies of each other. */
async function refuseConflicts(path: string, stack: ReturnType<typeof stackSlices>, warnings: string[]): Promise<void> {
  const readPixels = createPixelReader();
  let copies = 0;
  for (const [kept, ...others] of stack) {
    for (const other of others) {
      if (!sameHu(await readHu(kept, readPixels), await readHu(other, readPixels))) {
        const differences = describeDifferences(kept, other);
        throw new InputError(
          `${path}: ${kept.path} and ${other.path} are different images of one position` +
            `${differences && ` (${differences})`}. Leave only the files of one scan`,
        );
      }
      copies++;
    }
  }
  if (copies > 0) warnings.push(`duplicate slices left out (same position, same pixels): ${copies}`);
}

async function readHu(image: DicomImage, readPixels: PixelReader): Promise<Float64Array> {
  const table = hounsfieldTable(image.storage);
  return Float64Array.from(await readPixels(image), (bits) => table[bits]!);
}

function sameHu(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, i) => value === b[i]);
}

async function readVoxels(slices: readonly DicomImage[]): Promise<Volume["hu"]> {
  const readPixels = createPixelReader();
  const pixels = slices[0]!.rows * slices[0]!.columns;
  let hu: Int16Array | Float32Array = new Int16Array(slices.length * pixels);
  let table: Float64Array = new Float64Array();
  let tableOf = "";
  for (const [index, image] of slices.entries()) {
    // Most series store all slices alike, and the table is worth keeping.
    const key = JSON.stringify(image.storage);
    if (key !== tableOf) table = hounsfieldTable(image.storage);
    tableOf = key;
    hu = storeHu(hu, index * pixels, await readPixels(image), (bits) => table[bits]!);
  }
  return hu;
}

function singleSliceAffine(image: DicomImage, warnings: string[]): Affine {
  const thickness = image.sliceThickness && image.sliceThickness > 0 ? image.sliceThickness : 1;
  warnings.push(`a single slice; ${thickness} mm is taken for its thickness. Give the folder to read the whole series`);
  const normal = cross(image.columnDirection, image.rowDirection);
  const [rowSpacing, columnSpacing] = image.pixelSpacing;
  return affineFrom(
    scale(image.columnDirection, columnSpacing),
    scale(image.rowDirection, rowSpacing),
    scale(normal, thickness),
    image.position,
  );
}

/** The first few messages, so that a folder of a thousand text files does not fill the screen. */
function list(messages: readonly string[]): string {
  return messages.slice(0, 3).join(". ") + (messages.length > 3 ? `. And ${messages.length - 3} more` : "");
}
