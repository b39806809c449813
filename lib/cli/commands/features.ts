import { checkOutputFile, InputError } from "@ctsurv/base/mod.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { type ExtractionPoint, imageFeatureExtractor } from "@ctsurv/features/mod.ts";
import { readNpy, writeNpy } from "@ctsurv/imaging/mod.ts";
import { type BackboneArchitecture, backbones, findBackbone } from "@ctsurv/nn/mod.ts";
import { openBackbone, openEngine, readEnvironment } from "@ctsurv/study/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** `ctsurv features`: features of images that are already in the form that the network takes. */
export const features: Command = {
  name: "features",
  aliases: ["embed"],
  summary: "Extract features of images with a frozen backbone.",
  options: {
    backbone: { describe: `the backbone: ${Object.keys(backbones).join(", ")}`, value: "NAME", required: true },
    input: {
      describe:
        "images as float32 [images, 3, rows, columns] (r3d_18: [volumes, 3, slices, rows, columns]), normalised as " +
        "the network expects",
      value: "X.npy",
      required: true,
    },
    output: { describe: "where to save the features, float32 [images, features]", value: "Y.npy", required: true },
    at: {
      describe: "features: the mean of the last feature maps (ViT: the class token); penultimate: the input of the " +
        "classifier's last layer",
      value: "POINT",
      default: "features",
    },
    weights: {
      describe: "a file of weights for the backbone (default: CTSURV_WEIGHTS, else seeded weights)",
      value: "FILE",
    },
    seed: { describe: "seed of the seeded weights", value: "N", default: "42" },
  },
  async run({ options, environment = readEnvironment() }) {
    const architecture = findBackbone(String(options.backbone));
    const seed = parseWholeNumber("seed", String(options.seed));
    const at = parsePoint(String(options.at));
    const [input, output] = [String(options.input), String(options.output)];
    await checkOutputFile(output, { inputs: [input, ...typeof options.weights === "string" ? [options.weights] : []] });
    const { data, shape: [count, ...shape] } = await readImages(input, architecture);
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
    const extracted = await extractor.extract(data);
    await extractor.dispose();
    await writeNpy(output, { data: extracted, shape: [count, extractor.features] });
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

/** Images [count, 3, ...] in the form that the architecture takes. */
async function readImages(path: string, { title, input }: BackboneArchitecture) {
  const { data, shape } = await readNpy(path);
  const axes = input === "volume" ? "[volumes, 3, slices, rows, columns]" : "[images, 3, rows, columns]";
  const rank = axes.split(",").length;
  if (!(data instanceof Float32Array) || shape.length !== rank || shape[1] !== 3 || data.length === 0) {
    throw new InputError(
      `${path} holds ${
        data.constructor.name.replace("Array", "")
      } [${shape}]; ${title} takes Float32 ${axes} with at least one ${input === "volume" ? "volume" : "image"}`,
    );
  }
  if (!data.every(Number.isFinite)) throw new InputError(`${path} holds a number that is not finite`);
  return { data, shape: shape as [number, ...number[]] };
}
