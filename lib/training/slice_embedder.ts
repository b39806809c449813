import { compile, type Engine, float32, hostTensor, type tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";

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

/** Slices that go through the network together: more do not make it faster, and memory grows with them. */
const batchSize = 8;

/** Makes a backbone ready for slices of its own size. */
export async function sliceEmbedder(engine: Engine, { architecture, parameters }: Backbone): Promise<SliceEmbedder> {
  const { size, features } = architecture;
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const program = await compile(
    engine,
    ({ slices }) => ({ features: architecture.pooled(toNetworkInput(slices, architecture), tensors) }),
    { slices: float32(batchSize, size, size) },
  );
  return {
    macsPerSlice: program.macs / batchSize,
    async embed(slices, onSlices) {
      const count = slices.length / (size * size);
      const embedded = new Float32Array(count * features);
      for (let from = 0; from < count; from += batchSize) {
        const present = Math.min(batchSize, count - from);
        // The last batch is filled up with black slices, whose features are dropped.
        const batch = new Float32Array(batchSize * size * size);
        batch.set(slices.subarray(from * size * size, (from + present) * size * size));
        const outputs = await program.run({ slices: hostTensor(batch, [batchSize, size, size]) });
        embedded.set((await outputs.features.read() as Float32Array).subarray(0, present * features), from * features);
        outputs.features.dispose();
        onSlices?.(present);
      }
      return embedded;
    },
    dispose: () => program.dispose(),
  };
}
