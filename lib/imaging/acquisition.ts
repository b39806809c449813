import type { DicomHeader } from "./dicom_header.ts";

/** What DICOM files say of how a scan was made; texts are empty where they do not say. */
export interface Acquisition {
  readonly manufacturer: string;
  readonly model: string;
  /** ConvolutionKernel: how sharp or smooth the scanner reconstructed, such as "B19f". */
  readonly kernel: string;
  /** Smallest and largest distance between neighbouring slices, mm; absent for a single slice. */
  readonly gaps?: readonly [least: number, most: number];
}

/**
 * @param heights Positions of the slices along their normal, ascending, mm.
 */
export function describeAcquisition({ tags }: DicomHeader, heights: readonly number[]): Acquisition {
  const gaps = heights.slice(1).map((height, i) => height - heights[i]!);
  return {
    manufacturer: tags.text("Manufacturer"),
    model: tags.text("ManufacturerModelName"),
    kernel: tags.text("ConvolutionKernel"),
    ...gaps.length > 0 && { gaps: [Math.min(...gaps), Math.max(...gaps)] },
  };
}
