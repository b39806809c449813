import { compile, type Engine, float32, type HostTensor, hostTensor, tf, toTensors } from "@ctsurv/engine/mod.ts";
import { type UNet, uNet } from "@ctsurv/nn/mod.ts";
import { R231_SIZE } from "./r231_input.ts";

/** R231's network, ready to run. */
export interface R231Network {
  /**
   * The likeliest class of every pixel: background, right lung or left lung.
   *
   * @param images [count, 256, 256], as `r231Input()` makes them.
   * @returns [count, 256, 256]
   */
  classify(images: Float32Array): Promise<Uint8Array>;
  /** Multiply-accumulates for one slice. */
  readonly macsPerSlice: number;
  dispose(): Promise<void>;
}

/** Makes a network ready for `batch` slices at a time. */
export async function r231Network(engine: Engine, parameters: UNet<HostTensor>, batch: number): Promise<R231Network> {
  const tensors = toTensors(parameters);
  const shape = [batch, R231_SIZE, R231_SIZE, 1] as const;
  const program = await compile(engine, ({ slices }) => ({ classes: tf.argMax(uNet(slices, tensors), 3) }), {
    slices: float32(...shape),
  });
  const pixels = R231_SIZE * R231_SIZE;
  return {
    macsPerSlice: program.macs / batch,
    async classify(images) {
      const classes = new Uint8Array(images.length);
      for (let from = 0; from < images.length; from += batch * pixels) {
        // The last batch is filled up with empty slices, whose classes are dropped.
        const data = new Float32Array(batch * pixels);
        data.set(images.subarray(from, from + data.length));
        const outputs = await program.run({ slices: hostTensor(data, shape) });
        classes.set((await outputs.classes.read()).subarray(0, images.length - from), from);
        outputs.classes.dispose();
      }
      return classes;
    },
    dispose: () => program.dispose(),
  };
}
