import { InputError } from "@ctsurv/common/mod.ts";
import { compile, createEngine, float32, hostTensor, tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import { readNpy, writeNpy } from "@ctsurv/imaging/mod.ts";
import { backbones, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import type { Command } from "./command.ts";
import { parseWholeNumber } from "./parse_whole_number.ts";

/** Images that go through the network together. */
const largestBatch = 8;

/** `ctsurv embed`: pooled features of images that are already as the network takes them. */
export const embed: Command = {
  name: "embed",
  summary: "Pooled features of images, by a frozen backbone with seeded weights.",
  options: {
    backbone: { describe: Object.keys(backbones).join(", "), value: "NAME", required: true },
    input: {
      describe: "float32 [images, 3, rows, columns], normalised as the network expects",
      value: "X.npy",
      required: true,
    },
    output: { describe: "float32 [images, features]", value: "Y.npy", required: true },
    seed: { describe: "seed of the weights", value: "N", default: "42" },
  },
  async run({ options }) {
    const architecture = findBackbone(String(options.backbone));
    const seed = parseWholeNumber("seed", String(options.seed));
    const input = String(options.input);
    const { data, shape } = await readNpy(input);
    const [count, channels, rows, columns] = shape as [number, number, number, number];
    if (!(data instanceof Float32Array) || shape.length !== 4 || channels !== 3 || data.length === 0) {
      throw new InputError(
        `${input} holds ${data.constructor.name.replace("Array", "")} [${shape}]; expected Float32 ` +
          "[images, 3, rows, columns], at least one image",
      );
    }
    if (!data.every(Number.isFinite)) throw new InputError(`${input} holds numbers that are not finite`);
    const engine = await createEngine();
    const backbone = await seededBackbone(architecture, engine, { seed });
    const tensors = toTensors<object>(backbone.parameters) as Tree<tf.Tensor>;
    const batch = Math.min(count, largestBatch);
    const program = await compile(
      engine,
      ({ images }) => ({ features: architecture.pooled(tf.transpose(images, [0, 2, 3, 1]), tensors) }),
      { images: float32(batch, channels, rows, columns) },
    );
    const size = channels * rows * columns;
    const features = new Float32Array(count * architecture.features);
    for (let from = 0; from < count; from += batch) {
      const present = Math.min(batch, count - from);
      const images = new Float32Array(batch * size);
      images.set(data.subarray(from * size, (from + present) * size));
      const outputs = await program.run({ images: hostTensor(images, [batch, channels, rows, columns]) });
      const values = await outputs.features.read() as Float32Array;
      features.set(values.subarray(0, present * architecture.features), from * architecture.features);
      outputs.features.dispose();
    }
    await program.dispose();
    const output = String(options.output);
    await writeNpy(output, { data: features, shape: [count, architecture.features] });
    const result = {
      backbone: architecture.name,
      weights: backbone.source,
      engine: engine.description,
      shape: [count, architecture.features],
      macsPerImage: program.macs / batch,
      output,
    };
    return {
      json: result,
      text: `${count} images, ${architecture.features} features each, by ${architecture.title} with weights of seed ` +
        `${seed} on ${engine.description}: ${output}`,
    };
  },
};
