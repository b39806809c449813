import { compile, type Engine, float32, hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";

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
