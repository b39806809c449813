import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import { compile, type Engine, float32, hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import type { View, ViewedSlices } from "./view.ts";

/** What a backbone gives: its global features, what enters its classifier's last layer, or what enters its final block. */
export type ExtractionPoint = "features" | "penultimate" | "cut";

/** Options of {@linkcode imageFeatureExtractor}. */
export interface ImageFeatureExtractorOptions {
  /** Of one image, as it is given: [rows, columns], [3, rows, columns], … */
  readonly shape: readonly number[];
  /** Turns images [batch, ...shape] into what the backbone takes. */
  prepare(images: tf.Tensor): tf.Tensor;
  /** @default {"features"} */
  readonly at?: ExtractionPoint;
  /** Images that go through the network together: more do not make it faster, and memory grows. @default {8} */
  readonly batch?: number;
}

/** A frozen backbone, ready for images of one shape. */
export interface ImageFeatureExtractor {
  /**
   * @param images [count, ...shape]
   * @param onImages Is told after every batch how many images it held.
   * @returns [count, features]
   */
  extract(images: Float32Array, onImages?: (done: number) => void): Promise<Float32Array>;
  /** Numbers for an image. */
  readonly features: number;
  /** Their shape: [features], at the cut [rows, columns, channels] or whatever enters the final block. */
  readonly shape: readonly number[];
  /** Multiply-accumulates for one image. */
  readonly macsPerImage: number;
  dispose(): Promise<void>;
}

/** Makes a backbone ready for images of one shape. */
export async function imageFeatureExtractor(
  engine: Engine,
  { architecture, parameters }: Backbone,
  { shape, prepare, at = "features", batch = 8 }: ImageFeatureExtractorOptions,
): Promise<ImageFeatureExtractor> {
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const run =
    { features: architecture.forwardFeatures, penultimate: architecture.penultimate, cut: architecture.trunk }[at];
  let outputShape: readonly number[] = [];
  const program = await compile(engine, ({ images }) => {
    const extracted = run(prepare(images), tensors);
    outputShape = extracted.shape.slice(1);
    return { extracted };
  }, { images: float32(batch, ...shape) });
  // An engine that computes op by op calls the function first of all to count.
  const macsPerImage = program.macs / batch;
  const size = sizeOf(shape);
  const features = sizeOf(outputShape);
  return {
    features,
    shape: outputShape,
    macsPerImage,
    async extract(images, onImages) {
      const count = images.length / size;
      const all = new Float32Array(count * features);
      for (let from = 0; from < count; from += batch) {
        const present = Math.min(batch, count - from);
        // The last batch is filled up with zeros, whose features are dropped.
        const filled = new Float32Array(batch * size);
        filled.set(images.subarray(from * size, (from + present) * size));
        const { extracted } = await program.run({ images: hostTensor(filled, [batch, ...shape]) });
        all.set((await extracted.read() as Float32Array).subarray(0, present * features), from * features);
        extracted.dispose();
        onImages?.(present);
      }
      return all;
    },
    dispose: () => program.dispose(),
  };
}

/** Activations before a final block, slice by slice, or of one volume. */
export interface Activations {
  /** Slices, or 1 for a volume. */
  readonly count: number;
  /** Of one of them: [rows, columns, channels], of a volume [slices', rows, columns, channels], of ViT [tokens, channels]. */
  readonly shape: readonly number[];
  /** [count, ...shape] */
  readonly data: Float32Array;
}

/** The frozen part of a backbone, ready to run. */
export interface ActivationExtractor {
  readonly backbone: Backbone;
  /** @param slices A patient's, [count, size, size] in [0, 1]. */
  extract(slices: Float32Array): Promise<Activations>;
  dispose(): Promise<void>;
}

/**
 * Makes the frozen part of a backbone ready for slices of its own size, or of a view's. A network of volumes takes all
 * slices of a patient as one; its session is that of the last number of slices, as each holds all weights.
 */
export async function activationExtractor(
  engine: Engine,
  backbone: Backbone,
  { size }: Pick<View, "size"> = backbone.architecture,
): Promise<ActivationExtractor> {
  const { architecture } = backbone;
  const isVolume = architecture.input === "volume";
  const ready = (slices: number) =>
    imageFeatureExtractor(engine, backbone, {
      shape: isVolume ? [slices, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      at: "cut",
      ...isVolume && { batch: 1 },
    });
  let current: { readonly slices: number; readonly extractor: ImageFeatureExtractor } | undefined;
  if (!isVolume) current = { slices: 1, extractor: await ready(1) };
  return {
    backbone,
    async extract(slices) {
      const depth = isVolume ? slices.length / size ** 2 : 1;
      if (current?.slices !== depth) {
        await current?.extractor.dispose();
        current = { slices: depth, extractor: await ready(depth) };
      }
      const { extractor } = current;
      const data = await extractor.extract(slices);
      return { count: data.length / extractor.features, shape: extractor.shape, data };
    },
    dispose: async () => await current?.extractor.dispose(),
  };
}

/** A frozen backbone, ready to run. */
export interface SliceFeatureExtractor {
  /**
   * Pooled features of preprocessed slices.
   *
   * @param slices [count, size, size] in [0, 1], `size` being the extractor's.
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

/** A frozen backbone, ready for patients as a view shows them. */
export interface FeatureExtractor {
  /**
   * @param images A patient's slices, or volume: {@linkcode ViewedSlices.slices}.
   * @returns [slices or 1, features]
   */
  extract(images: ViewedSlices["slices"]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** More slices at a time do not make a network faster, and take more memory. */
const LARGEST_BATCH = 8;

/**
 * Makes a backbone ready for a view. Of whole volumes the session is that of the last number of slices: each holds all
 * weights.
 */
export async function featureExtractor(
  engine: Engine,
  backbone: Backbone,
  { kind, slices, size }: View,
): Promise<FeatureExtractor> {
  const { architecture } = backbone;
  const ready = (depth: number) =>
    imageFeatureExtractor(engine, backbone, {
      shape: kind === "volume" ? [depth, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      batch: kind === "volume" ? 1 : slices === "all" ? LARGEST_BATCH : Math.min(slices, LARGEST_BATCH),
    });
  let current: { readonly depth: number; readonly extractor: ImageFeatureExtractor } | undefined;
  const forDepth = async (depth: number) => {
    if (current?.depth === depth) return current.extractor;
    await current?.extractor.dispose();
    current = { depth, extractor: await ready(depth) };
    return current.extractor;
  };
  if (kind === "slice") await forDepth(1);
  else if (slices !== "all") await forDepth(slices);
  return {
    extract: async (images) =>
      await (await forDepth(kind === "volume" ? images.length / size ** 2 : 1)).extract(images),
    dispose: async () => await current?.extractor.dispose(),
  };
}
