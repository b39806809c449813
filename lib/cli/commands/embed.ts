import { InputError } from "@ctsurv/base/mod.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { type ExtractionPoint, imageFeatureExtractor } from "@ctsurv/features/mod.ts";
import { readNpy, writeNpy } from "@ctsurv/imaging/mod.ts";
import { type BackboneArchitecture, backbones, findBackbone } from "@ctsurv/nn/mod.ts";
import { openBackbone, openEngine, readEnvironment } from "@ctsurv/study/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** `ctsurv embed`: features of images that are already as the network takes them. */
export const embed: Command = {
  name: "embed",
  summary: "Features of images, by a frozen backbone.",
  options: {
    backbone: { describe: Object.keys(backbones).join(", "), value: "NAME", required: true },
    input: {
      describe:
        "float32 [images, 3, rows, columns], of r3d_18 [volumes, 3, slices, rows, columns], normalised as the " +
        "network expects",
      value: "X.npy",
      required: true,
    },
    output: { describe: "float32 [images, features]", value: "Y.npy", required: true },
    at: {
      describe: "features: the last feature maps' mean, of ViT the class token; penultimate: what enters the " +
        "classifier's last layer",
      value: "POINT",
      default: "features",
    },
    weights: { describe: "a file of its weights (default: seeded, or CTSURV_WEIGHTS)", value: "FILE" },
    seed: { describe: "seed of seeded weights", value: "N", default: "42" },
  },
  async run({ options, environment = readEnvironment() }) {
    const architecture = findBackbone(String(options.backbone));
    const seed = parseWholeNumber("seed", String(options.seed));
    const at = parsePoint(String(options.at));
    const { data, shape: [count, ...shape] } = await readImages(String(options.input), architecture);
    const engine = await openEngine(environment);
    const file = typeof options.weights === "string" ? { file: options.weights } : {};
    const backbone = await openBackbone(architecture.name, engine, { seed, ...file }, environment);
    const axes = shape.map((_, axis) => axis + 1);
    const extractor = await imageFeatureExtractor(engine, backbone, {
      shape,
      at,
      prepare: (images) => tf.transpose(images, [0, ...axes.slice(1), 1]),
      batch: architecture.input === "volume" ? 1 : Math.min(count, 8),
    });
    const features = await extractor.extract(data);
    await extractor.dispose();
    const output = String(options.output);
    await writeNpy(output, { data: features, shape: [count, extractor.features] });
    const result = {
      backbone: architecture.name,
      at,
      weights: backbone.source,
      engine: engine.description,
      shape: [count, extractor.features],
      macsPerImage: extractor.macsPerImage,
      output,
    };
    return {
      json: result,
      text:
        `${count} ${architecture.input === "volume" ? "volumes" : "images"}, ${extractor.features} features each, by ` +
        `${architecture.title} with ${
          backbone.source.kind === "seeded" ? `weights of seed ${seed}` : backbone.source.file
        } on ${engine.description}: ${output}`,
    };
  },
};

function parsePoint(text: string): ExtractionPoint {
  if (text !== "features" && text !== "penultimate") {
    throw new InputError(`--at is "${text}": choose features or penultimate`);
  }
  return text;
}

/** Images [count, 3, ...] as the architecture takes them. */
async function readImages(path: string, { title, input }: BackboneArchitecture) {
  const { data, shape } = await readNpy(path);
  const axes = input === "volume" ? "[volumes, 3, slices, rows, columns]" : "[images, 3, rows, columns]";
  const rank = axes.split(",").length;
  if (!(data instanceof Float32Array) || shape.length !== rank || shape[1] !== 3 || data.length === 0) {
    throw new InputError(
      `${path} holds ${
        data.constructor.name.replace("Array", "")
      } [${shape}]; ${title} takes Float32 ${axes}, at least one`,
    );
  }
  if (!data.every(Number.isFinite)) throw new InputError(`${path} holds numbers that are not finite`);
  return { data, shape: shape as [number, ...number[]] };
}
