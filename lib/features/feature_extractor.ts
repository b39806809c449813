import { InputError } from "@ctsurv/base/mod.ts";
import { compile, type Engine, float32, hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import type { PatientView, ViewedPatient } from "./patient_view.ts";

/** What a backbone gives: its global features, what enters its classifier's last layer, or what enters its final block. */
export type EmbeddingPoint = "features" | "penultimate" | "cut";

/** Options of {@linkcode imageEmbedder}. */
export interface ImageEmbedderOptions {
  /** Of one image, as it is given: [rows, columns], [3, rows, columns], … */
  readonly shape: readonly number[];
  /** Turns images [batch, ...shape] into what the backbone takes. */
  prepare(images: tf.Tensor): tf.Tensor;
  /** @default {"features"} */
  readonly at?: EmbeddingPoint;
  /** Images that go through the network together: more do not make it faster, and memory grows. @default {8} */
  readonly batch?: number;
}

/** A frozen backbone, ready for images of one shape. */
export interface ImageEmbedder {
  /**
   * @param images [count, ...shape]
   * @param onImages Is told after every batch how many images it held.
   * @returns [count, features]
   */
  embed(images: Float32Array, onImages?: (done: number) => void): Promise<Float32Array>;
  /** Numbers for an image. */
  readonly features: number;
  /** Their shape: [features], at the cut [rows, columns, channels] or whatever enters the final block. */
  readonly shape: readonly number[];
  /** Multiply-accumulates for one image. */
  readonly macsPerImage: number;
  dispose(): Promise<void>;
}

/** Makes a backbone ready for images of one shape. */
export async function imageEmbedder(
  engine: Engine,
  { architecture, parameters }: Backbone,
  { shape, prepare, at = "features", batch = 8 }: ImageEmbedderOptions,
): Promise<ImageEmbedder> {
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const run = { features: architecture.pooled, penultimate: architecture.penultimate, cut: architecture.trunk }[at];
  let outputShape: readonly number[] = [];
  const program = await compile(engine, ({ images }) => {
    const embedded = run(prepare(images), tensors);
    outputShape = embedded.shape.slice(1);
    return { embedded };
  }, { images: float32(batch, ...shape) });
  // An engine that computes op by op calls the function first of all to count.
  const macsPerImage = program.macs / batch;
  const size = sizeOf(shape);
  const features = sizeOf(outputShape);
  return {
    features,
    shape: outputShape,
    macsPerImage,
    async embed(images, onImages) {
      const count = images.length / size;
      const all = new Float32Array(count * features);
      for (let from = 0; from < count; from += batch) {
        const present = Math.min(batch, count - from);
        // The last batch is filled up with zeros, whose features are dropped.
        const filled = new Float32Array(batch * size);
        filled.set(images.subarray(from * size, (from + present) * size));
        const { embedded } = await program.run({ images: hostTensor(filled, [batch, ...shape]) });
        all.set((await embedded.read() as Float32Array).subarray(0, present * features), from * features);
        embedded.dispose();
        onImages?.(present);
      }
      return all;
    },
    dispose: () => program.dispose(),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
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
export interface CutEmbedder {
  readonly backbone: Backbone;
  /** @param slices A patient's, [count, size, size] in [0, 1]. */
  embed(slices: Float32Array): Promise<Activations>;
  dispose(): Promise<void>;
}

/**
 * Makes the frozen part of a backbone ready for slices of its own size, or of a view's. A network of volumes takes all
 * slices of a patient as one; its session is that of the last number of slices, as each holds all weights.
 */
export async function cutEmbedder(
  engine: Engine,
  backbone: Backbone,
  { size }: Pick<PatientView, "size"> = backbone.architecture,
): Promise<CutEmbedder> {
  const { architecture } = backbone;
  const isVolume = architecture.input === "volume";
  const ready = (slices: number) =>
    imageEmbedder(engine, backbone, {
      shape: isVolume ? [slices, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      at: "cut",
      ...isVolume && { batch: 1 },
    });
  let current: { readonly slices: number; readonly embedder: ImageEmbedder } | undefined;
  if (!isVolume) current = { slices: 1, embedder: await ready(1) };
  return {
    backbone,
    async embed(slices) {
      const depth = isVolume ? slices.length / size ** 2 : 1;
      if (current?.slices !== depth) {
        await current?.embedder.dispose();
        current = { slices: depth, embedder: await ready(depth) };
      }
      const { embedder } = current;
      const data = await embedder.embed(slices);
      return { count: data.length / embedder.features, shape: embedder.shape, data };
    },
    dispose: async () => await current?.embedder.dispose(),
  };
}

/** A frozen backbone, ready to run. */
export interface SliceEmbedder {
  /**
   * Pooled features of preprocessed slices.
   *
   * @param slices [count, size, size] in [0, 1], `size` being the embedder's.
   * @returns [count, features]
   */
  embed(slices: Float32Array, onSlices?: (done: number) => void): Promise<Float32Array>;
  /** Multiply-accumulates for one slice. */
  readonly macsPerSlice: number;
  dispose(): Promise<void>;
}

/**
 * Makes a backbone ready for slices of its own size.
 *
 * @throws {InputError} If it takes volumes.
 */
export async function sliceEmbedder(engine: Engine, backbone: Backbone): Promise<SliceEmbedder> {
  const { architecture } = backbone;
  if (architecture.input !== "slice") throw new InputError(`${architecture.title} takes volumes, not single slices`);
  const { embed, macsPerImage, dispose } = await imageEmbedder(engine, backbone, {
    shape: [architecture.size, architecture.size],
    prepare: (slices) => toNetworkInput(slices, architecture),
  });
  return { embed, macsPerSlice: macsPerImage, dispose };
}

/** A frozen backbone, ready for patients as a view shows them. */
export interface ViewEmbedder {
  /**
   * @param images A patient's slices, or volume: {@linkcode ViewedPatient.slices}.
   * @returns [slices or 1, features]
   */
  embed(images: ViewedPatient["slices"]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** More slices at a time do not make a network faster, and take more memory. */
const largestBatch = 8;

/**
 * Makes a backbone ready for a view. Of whole volumes the session is that of the last number of slices: each holds all
 * weights.
 */
export async function viewEmbedder(
  engine: Engine,
  backbone: Backbone,
  { kind, slices, size }: PatientView,
): Promise<ViewEmbedder> {
  const { architecture } = backbone;
  const ready = (depth: number) =>
    imageEmbedder(engine, backbone, {
      shape: kind === "volume" ? [depth, size, size] : [size, size],
      prepare: (images) => toNetworkInput(images, architecture),
      batch: kind === "volume" ? 1 : slices === "all" ? largestBatch : Math.min(slices, largestBatch),
    });
  let current: { readonly depth: number; readonly embedder: ImageEmbedder } | undefined;
  const forDepth = async (depth: number) => {
    if (current?.depth === depth) return current.embedder;
    await current?.embedder.dispose();
    current = { depth, embedder: await ready(depth) };
    return current.embedder;
  };
  if (kind === "slice") await forDepth(1);
  else if (slices !== "all") await forDepth(slices);
  return {
    embed: async (images) => await (await forDepth(kind === "volume" ? images.length / size ** 2 : 1)).embed(images),
    dispose: async () => await current?.embedder.dispose(),
  };
}
