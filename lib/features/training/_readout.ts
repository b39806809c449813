import { efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { TISSUES } from "./_tissue_slices.ts";

/** Channels of the last feature maps. */
const CHANNELS = efficientNetB0.features;
/** Channels that say the same thing: half of them for it, half of them against it. */
const GROUP = CHANNELS / TISSUES.length;
/**
 * By what the difference of two means of channels is multiplied. Normalised channels vary by about 1, and what is read
 * out of a cell by less.
 */
const GAIN = 0.25;
/** What is read where channels say nothing: about the mean over cells. */
const OFFSETS: Readonly<Record<typeof TISSUES[number], number>> = { tumour: 0, lung: 0.35, height: 0.5, density: 0 };

/** The readout's weights, [1280, 4], and what it adds, [4]. */
export interface Readout {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * The linear readout of a cell. It is not learnt: each output is a quarter of the difference between the mean of 160
 * channels and the mean of 160 others. A learnt readout could find a tumour in a direction along which features hardly
 * vary, where a survival head that sees a few hundred slices never finds it. With this one, a quarter of all features
 * has to say it.
 */
export function tissueReadout(): Readout {
  const weight = new Float32Array(CHANNELS * TISSUES.length);
  TISSUES.forEach((_, output) => {
    for (let i = 0; i < GROUP; i++) {
      weight[(output * GROUP + i) * TISSUES.length + output] = (i < GROUP / 2 ? GAIN : -GAIN) / (GROUP / 2);
    }
  });
  return { weight, bias: Float32Array.from(TISSUES, (name) => OFFSETS[name]) };
}
