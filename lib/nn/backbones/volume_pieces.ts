import { tf, type Tree } from "@ctsurv/engine/mod.ts";
import { channelNormalise } from "../layers/normalisation.ts";
import type { SliceWindow, Stage } from "./backbone.ts";

/** Slices from the first to before the second. */
export type SliceRange = readonly [from: number, to: number];

/** A part of a volume that goes through the first stages of a network by itself. */
export interface VolumePiece {
  /** The slices of the volume that it takes. */
  readonly takes: SliceRange;
  /** The slices of the last stage's output that it gives. */
  readonly gives: SliceRange;
  /** For each stage, the slices of its output that are right, and that the next stage takes. */
  readonly keeps: readonly SliceRange[];
}

/** The first stages of a network of volumes, up to the first that cannot take pieces. */
export type WindowedStage = Stage & { readonly window: SliceWindow };

/** Slices of the output of a stage that takes `slices`: PyTorch's, for half a kernel of zeros at both ends. */
const outputSlices = (slices: number, { stride }: SliceWindow) => Math.floor((slices - 1) / stride) + 1;

/** Slices of a volume after stages. */
export function slicesAfter(windows: readonly SliceWindow[], slices: number): number {
  return windows.reduce(outputSlices, slices);
}

/**
 * Divides a volume so that each part of the stages' output comes from a piece of the volume. A piece overlaps the next by
 * the slices that both see, and no more. Stages put zeros around what they are given, as at the ends of a volume: where a
 * piece ends within the volume, what has seen those zeros is dropped after every stage.
 *
 * @example One convolution of three slices
 * ```ts
 * import { volumePieces } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const pieces = volumePieces([{ reach: 1, stride: 1 }], 10, 5);
 * assertEquals(pieces.map(({ takes, gives }) => [takes, gives]), [[[0, 6], [0, 5]], [[4, 10], [5, 10]]]);
 * assertEquals(pieces.map(({ keeps }) => keeps), [[[0, 5]], [[1, 6]]]);
 * ```
 *
 * @param windows Of the stages, in order.
 * @param slices Of the volume.
 * @param length Slices of the volume for which a piece gives output, at most; the last piece has fewer.
 */
export function volumePieces(windows: readonly SliceWindow[], slices: number, length: number): VolumePiece[] {
  const depths = windows.map((_, stage) => slicesAfter(windows.slice(0, stage), slices));
  const total = slicesAfter(windows, slices);
  const stride = windows.reduce((product, window) => product * window.stride, 1);
  const longest = Math.max(1, Math.floor(length / stride));
  // As many pieces as needed, and those of one length: a program is made for each length.
  const each = Math.ceil(total / Math.ceil(total / longest));
  return Array.from({ length: Math.ceil(total / each) }, (_, piece) => {
    const gives: SliceRange = [piece * each, Math.min(total, (piece + 1) * each)];
    const keeps: SliceRange[] = [];
    let needed = gives;
    for (const [stage, { reach, stride }] of [...windows.entries()].reverse()) {
      const [from, to] = needed;
      // A stage counts its strides from the first slice that it is given.
      const first = Math.max(0, Math.floor((from * stride - reach) / stride));
      keeps.unshift([from - first, to - first]);
      needed = [first * stride, Math.min(depths[stage]!, (to - 1) * stride + reach + 1)];
    }
    return { takes: needed, gives, keeps };
  });
}

/**
 * Runs a piece of a volume through stages: [1, slices, rows, columns, channels] of `takes` to those of `gives`.
 *
 * @param stages Those whose windows the piece was made with.
 */
export function runPiece(
  stages: readonly Stage[],
  x: tf.Tensor,
  parameters: Tree<tf.Tensor>,
  { keeps }: Pick<VolumePiece, "keeps">,
): tf.Tensor {
  return stages.reduce((y, stage, i) => {
    const [from, to] = keeps[i]!;
    const output = tf.tidy(() => {
      const all = stage.run(y, parameters, channelNormalise);
      const [batch, slices] = all.shape as [number, number];
      return from === 0 && to === slices ? all : tf.slice(all, [0, from], [batch, to - from]);
    });
    // An engine that computes op by op would otherwise hold the output of every stage.
    if (y !== x) y.dispose();
    return output;
  }, x);
}
