import type { NameMap } from "../load_weights.ts";
import type { CheckpointKind } from "../open_checkpoint.ts";

/** The preprocessing of the images on which a network was trained. The network expects the same. */
export interface Normalisation {
  /** Pixels of the shorter side, or rows and columns, before the crop. */
  readonly resize: number | readonly [number, number];
  /** How the resizing interpolates. */
  readonly interpolation: "bilinear" | "bicubic";
  /** Rows and columns of the crop from the middle. */
  readonly crop: number;
  /** Means of red, green and blue; intensities are in [0, 1]. */
  readonly mean: readonly [number, number, number];
  /** Standard deviations of the same. */
  readonly std: readonly [number, number, number];
}

/** A published file of weights. */
export interface PretrainedFile extends NameMap {
  /** The network and which training of it: `resnet50.imagenet1k_v1`. */
  readonly name: string;
  /** The network: `resnet50`. */
  readonly architecture: string;
  /** Names the training. Files of one architecture with the same word here hold the same numbers. */
  readonly weights: string;
  /** The training data, for people: `ImageNet-1k`. */
  readonly trainedOn: string;
  /** Where its authors published it. */
  readonly url: string;
  /** Its name in the folder of weights. */
  readonly file: string;
  /** Its size in bytes, if known. */
  readonly bytes?: number;
  /** Its hash in lower-case hex: all 64 digits, or the first ones if only these are known. */
  readonly sha256?: string;
  /** Its format; `pytorch` if it is one of PyTorch's two and nobody has looked which. */
  readonly container: CheckpointKind | "pytorch";
  /** SPDX identifier, as its authors state it. The training data have terms of their own. */
  readonly licence: string;
  /** Absent if another module does the preprocessing (lung segmentation). */
  readonly preprocessing?: Normalisation;
}
