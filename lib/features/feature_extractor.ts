import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import { compile, type Engine, float32, hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, type BackboneArchitecture, belongsTo, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { latestSession } from "./_volumes/latest_session.ts";
import { type PiecewiseOptions, type PiecewiseProgram, piecewiseProgram } from "./_volumes/piecewise_program.ts";
import type { IntensityScaling } from "./intensities.ts";
import type { View, ViewedSlices } from "./view.ts";

/** The output of a backbone: its global features, or the input of its classifier's last layer or of its final block. */
export type ExtractionPoint = "features" | "penultimate" | "cut";

/** What a slice's features are: the global features, or the input of the classifier's last layer. */
export type Readout = Exclude<ExtractionPoint, "cut">;

/** Options of {@linkcode imageFeatureExtractor}. */
export interface ImageFeatureExtractorOptions {
  /** Shape of one image as it is given: [rows, columns], [3, rows, columns], … */
  readonly shape: readonly number[];
  /** Turns images [batch, ...shape] into the input of the backbone, [batch, rows, columns, 3]. */
  prepare(images: tf.Tensor): tf.Tensor;
  /** Which output is computed. @default {"features"} */
  readonly at?: ExtractionPoint;
  /**
   * Images that go through the network together. More do not make it faster, and take more memory. A volume of more than
   * 24 slices of 224 x 224 goes through by itself, and through the first stages in pieces. @default {8}
   */
  readonly batch?: number;
}

/** A frozen backbone, ready for images of one shape. */
export interface ImageFeatureExtractor {
  /**
   * Runs images through the backbone.
   *
   * @param images [count, ...shape]
   * @param onImages Is called after every batch with the number of its images.
   * @returns [count, features]
   */
  extract(images: Float32Array, onImages?: (done: number) => void): Promise<Float32Array>;
  /** How many numbers an image gives. */
  readonly features: number;
  /** Their shape: [features], or at the cut [rows, columns, channels] or whatever else enters the final block. */
  readonly shape: readonly number[];
  /** Multiply-accumulates for one image. */
  readonly macsPerImage: number;
  /** Frees the session and its weights. */
  dispose(): Promise<void>;
}

/**
 * Makes a backbone ready for images of one shape, from any source.
 *
 * @example
 * ```ts
 * import { cpuEngine, tf } from "@ctsurv/ctsurv/engine";
 * import { imageFeatureExtractor } from "@ctsurv/ctsurv/features";
 * import { efficientNetB0 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * // A network without weights, whose features are the mean of each channel.
 * const architecture = { ...efficientNetB0, forwardFeatures: (x: tf.Tensor) => tf.mean(x, [1, 2]) };
 * const backbone = { architecture, parameters: {}, source: { kind: "seeded", seed: 0, sha256: "none" } } as const;
 * const extractor = await imageFeatureExtractor(cpuEngine(), backbone, {
 *   shape: [3, 1, 2], // channels first, as in PyTorch
 *   prepare: (images) => tf.transpose(images, [0, 2, 3, 1]),
 * });
 * assertEquals([...await extractor.extract(Float32Array.of(0, 1, 2, 3, 4, 5))], [.5, 2.5, 4.5]);
 * await extractor.dispose();
 * ```
 *
 * @throws {InputError} If the images are too small for the network, or the file of its weights lacks the classifier
 * whose numbers are asked for; from `extract` if features are not finite.
 */
export async function imageFeatureExtractor(
  engine: Engine,
  { architecture, parameters, absent = [], source }: Backbone,
  { shape, prepare, at = "features", batch: asked = 8 }: ImageFeatureExtractorOptions,
): Promise<ImageFeatureExtractor> {
  const lastLayer = architecture.classifier.at(-1)!.name;
  const lacking = at === "penultimate" ? absent.find((name) => !belongsTo(name, lastLayer)) : undefined;
  if (lacking !== undefined) {
    throw new InputError(
      `The weights of ${architecture.title} have no "${lacking}", which the input of the classifier's last layer is ` +
        'computed with. Take the "features", or a file with the classifier',
    );
  }
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const choose = (of: BackboneArchitecture) =>
    ({ features: of.forwardFeatures, penultimate: of.penultimate, cut: of.trunk })[at];
  const { run, outputShape, macs, batch, dispose } =
    piecewise(engine, { architecture, parameters: tensors, shape, prepare, choose }) ??
      await together(engine, (images) => choose(architecture)(prepare(images), tensors), [asked, ...shape]);
  const size = sizeOf(shape);
  const features = sizeOf(outputShape);
  return {
    features,
    shape: outputShape,
    macsPerImage: macs / batch,
    async extract(images, onImages) {
      const count = images.length / size;
      const all = new Float32Array(count * features);
      for (let from = 0; from < count; from += batch) {
        const present = Math.min(batch, count - from);
        // The last batch is filled up with zeros, whose features are dropped.
        const filled = new Float32Array(batch * size);
        filled.set(images.subarray(from * size, (from + present) * size));
        all.set((await run(filled)).subarray(0, present * features), from * features);
        if (!all.subarray(from * features, (from + present) * features).every(Number.isFinite)) {
          throw new InputError(notFinite(architecture.title, source));
        }
        onImages?.(present);
      }
      return all;
    },
    dispose,
  };
}

/** Runs a network on batches of images. */
interface BatchProgram extends PiecewiseProgram {
  /** Images of one run. */
  readonly batch: number;
  dispose(): Promise<void>;
}

/** A network that takes each image in pieces, if it is a large volume. It holds nothing between runs. */
function piecewise(engine: Engine, options: PiecewiseOptions): BatchProgram | undefined {
  const program = options.architecture.input === "volume" ? piecewiseProgram(engine, options) : undefined;
  return program && { ...program, batch: 1, dispose: () => Promise.resolve() };
}

/** A function of images that takes batches of one shape, [batch, ...]. */
async function together(
  engine: Engine,
  fn: (images: tf.Tensor) => tf.Tensor,
  shape: readonly [batch: number, ...image: number[]],
): Promise<BatchProgram> {
  let outputShape: readonly number[] = [];
  const program = await compile(engine, ({ images }) => {
    const extracted = fn(images);
    outputShape = extracted.shape.slice(1);
    return { extracted };
  }, { images: float32(...shape) });
  // An engine that computes op by op calls the function first of all to count.
  const { macs } = program;
  return {
    macs,
    outputShape,
    batch: shape[0],
    async run(images) {
      const { extracted } = await program.run({ images: hostTensor(images, shape) });
      const numbers = await extracted.read();
      extracted.dispose();
      return numbers as Float32Array;
    },
    dispose: () => program.dispose(),
  };
}

function notFinite(title: string, source: Backbone["source"]): string {
  const weights = source.kind === "seeded" ? `weights of seed ${source.seed}` : source.file;
  return `${title} with ${weights} gives features that are not finite numbers: its weights are far too large or small ` +
    "for such images, as after a training that diverged. Take other weights";
}

/** A frozen backbone, ready for slices of its own size. */
export interface SliceFeatureExtractor {
  /**
   * Global features of preprocessed slices.
   *
   * @param slices [count, size, size] in [0, 1], with the `size` of the backbone.
   * @returns [count, features]
   */
  extract(slices: Float32Array, onSlices?: (done: number) => void): Promise<Float32Array>;
  /** Multiply-accumulates for one slice. */
  readonly macsPerSlice: number;
  dispose(): Promise<void>;
}

/**
 * Makes a backbone ready for slices of its own size.
 *
 * @throws {InputError} If it takes volumes.
 */
export async function sliceFeatureExtractor(engine: Engine, backbone: Backbone): Promise<SliceFeatureExtractor> {
  const { architecture } = backbone;
  if (architecture.input !== "slice") throw new InputError(`${architecture.title} takes volumes, not single slices`);
  const { extract, macsPerImage, dispose } = await imageFeatureExtractor(engine, backbone, {
    shape: [architecture.size, architecture.size],
    prepare: (slices) => toNetworkInput(slices, architecture),
  });
  return { extract, macsPerSlice: macsPerImage, dispose };
}

/** A frozen backbone, ready for patients in a view. */
export interface FeatureExtractor {
  /**
   * Computes the features of one patient.
   *
   * @param images {@linkcode ViewedSlices.slices} of the patient: [slices, size, size] in [0, 1].
   * @returns [slices, features], or [1, features] for a volume.
   */
  extract(images: ViewedSlices["slices"]): Promise<Float32Array>;
  /** Frees the session and its weights. */
  dispose(): Promise<void>;
}

/** Options of {@linkcode featureExtractor}. */
export interface FeatureExtractorOptions {
  /**
   * What is computed. For VGG16 and AlexNet `"penultimate"` is 4096 numbers, of which torchvision's last layer makes the
   * classes; for the other networks it is the features. @default {"features"}
   */
  readonly at?: Readout;
  /**
   * Scales slices by one mean and standard deviation in all three channels. That is one channel into the first layer's
   * weights summed over red, green and blue, as in the authors' code. @default {those that the network expects}
   */
  readonly intensities?: IntensityScaling;
}

/** More slices at a time do not make a network faster, and take more memory. */
const LARGEST_BATCH = 8;

/**
 * Makes a backbone ready for patients in a view. For volumes it keeps the session of the last number of slices only,
 * since each session holds all weights.
 *
 * @example
 * ```ts
 * import { cpuEngine, tf } from "@ctsurv/ctsurv/engine";
 * import { featureExtractor } from "@ctsurv/ctsurv/features";
 * import { efficientNetB0 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * // A network without weights, whose features are the mean of each channel.
 * const forwardFeatures = (x: tf.Tensor) => tf.mean(x, [1, 2]);
 * const architecture = { ...efficientNetB0, forwardFeatures, mean: [.5, .5, .5], std: [.5, .5, .5] } as const;
 * const backbone = { architecture, parameters: {}, source: { kind: "seeded", seed: 0, sha256: "none" } } as const;
 * const extractor = await featureExtractor(cpuEngine(), backbone, { kind: "slice", slices: "all", size: 2 });
 * const slices = Float32Array.of(0, 0, 0, 0, 1, 1, .5, .5); // two of 2 x 2
 * assertEquals([...await extractor.extract(slices)], [-1, -1, -1, .5, .5, .5]);
 * await extractor.dispose();
 * ```
 *
 * @throws {InputError} If the slices are too small for the network.
 */
export async function featureExtractor(
  engine: Engine,
  backbone: Backbone,
  { kind, slices, size }: View,
  { at = "features", intensities }: FeatureExtractorOptions = {},
): Promise<FeatureExtractor> {
  const { architecture } = backbone;
  const channels = (value: number) => [value, value, value] as const;
  const scaling = intensities ? { mean: channels(intensities.mean), std: channels(intensities.std) } : architecture;
  const ready = (depth: number) =>
    imageFeatureExtractor(engine, backbone, {
      shape: kind === "volume" ? [depth, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, scaling),
      at,
      batch: kind === "volume" ? 1 : slices === "all" ? LARGEST_BATCH : Math.min(slices, LARGEST_BATCH),
    });
  const sessions = latestSession(ready);
  if (kind === "slice") await sessions.of(1);
  else if (slices !== "all") await sessions.of(slices);
  return {
    extract: async (images) =>
      await (await sessions.of(kind === "volume" ? images.length / size ** 2 : 1)).extract(images),
    dispose: sessions.dispose,
  };
}
