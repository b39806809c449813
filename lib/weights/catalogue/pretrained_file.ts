import type { NameMap } from "../load_weights.ts";
import type { CheckpointKind } from "../open_checkpoint.ts";

/** What images went through before the network was trained on them; the network expects the same. */
export interface Normalisation {
  /** Pixels of the shorter side, or rows and columns, before the crop. */
  readonly resize: number | readonly [number, number];
  readonly interpolation: "bilinear" | "bicubic";
  /** Rows and columns of the crop from the middle. */
  readonly crop: number;
  /** Mean and standard deviation of red, green and blue, of intensities in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A published file of weights. */
export interface PretrainedFile extends NameMap {
  /** The network and which training of it: `resnet50.imagenet1k_v1`. */
  readonly name: string;
  /** The network: `resnet50`. */
  readonly architecture: string;
  /** Files of an architecture with the same word here hold the same numbers. */
  readonly weights: string;
  /** What it was trained on, for people. */
  readonly trainedOn: string;
  readonly url: string;
  /** What it is called in the folder of weights. */
  readonly file: string;
  /** Bytes, where they are known. */
  readonly bytes?: number;
  /** Lower-case hex: all 64 digits, or as many of the first as are known, or absent. */
  readonly sha256?: string;
  readonly container: CheckpointKind | "pytorch";
  /** SPDX, as its authors state it. Data sets have terms of their own. */
  readonly licence: string;
  /** Absent where the network has a module for it (lung segmentation). */
  readonly preprocessing?: Normalisation;
}
