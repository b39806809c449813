import { InputError } from "@ctsurv/common/mod.ts";

/** A scan in which no slice shows enough lung to be kept: not a chest CT, or the lungs were not found. */
export class NoLungError extends InputError {
  constructor(
    message: string,
    /** Lung area of every slice of the resampled volume, as a share of the slice. */
    readonly areas: Float64Array,
    /** Volume of all that was taken for lung, mL. */
    readonly lungVolume: number,
  ) {
    super(message);
  }
}
