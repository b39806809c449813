import { InputError } from "@ctsurv/common/mod.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";
import { preprocess, readVolume } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/segmentation/mod.ts";
import { headTrainer, loadModel, profiles, sliceEmbedder } from "@ctsurv/training/mod.ts";
import type { Command } from "./command.ts";
import { lungsOption } from "./lungs_option.ts";

/** `ctsurv predict`: the survival curve of one scan. */
export const predict: Command = {
  name: "predict",
  summary: "The survival curve over 24 months for one scan, by a model of `ctsurv fit`.",
  options: {
    model: { describe: "a model of `ctsurv fit`", value: "FILE.safetensors", required: true },
    input: { describe: "a DICOM folder or a NIfTI file", value: "PATH", required: true },
    lungs: lungsOption,
  },
  async run({ options }) {
    const [modelPath, input] = [String(options.model), String(options.input)];
    const engine = await createEngine();
    const { backbone, head, trainedOn } = await loadModel(modelPath, engine);
    const segmenter = await createLungSegmenter(engine, options.lungs as string | undefined);
    if (trainedOn.segmenter !== segmenter.name) {
      throw new InputError(
        `${modelPath} was trained on lungs by "${trainedOn.segmenter}"; here they are found by "${segmenter.name}". ` +
          "Choose the same with --lungs, or train anew",
      );
    }
    const { volume, warnings } = await readVolume(input);
    const prepared = await preprocess(volume, { segmenter, where: input });
    const embedder = await sliceEmbedder(engine, backbone);
    // As training saw its slices, which went through float16.
    const features = await embedder.embed(Float32Array.from(Float16Array.from(prepared.slices)));
    const trainer = headTrainer(engine, { backboneFeatures: backbone.architecture.features }, profiles.workshop);
    const patient = { id: input, features, slices: prepared.kept.length, followUp: { months: 0, event: 0 } } as const;
    const [prediction] = await trainer.predict(head, [patient]);
    await trainer.dispose();
    await embedder.dispose();
    await segmenter.dispose();
    const survival = [...prediction!.survival];
    const attention = [...prediction!.attention];
    const peak = attention.indexOf(Math.max(...attention));
    const bar = (probability: number) => "█".repeat(Math.round(40 * probability));
    return {
      json: {
        input,
        survival: survival.map((probability, months) => ({ months, probability })),
        attention: attention.map((weight, i) => ({ slice: prepared.kept[i], weight })),
        slices: prepared.kept.length,
        trainedOn,
        weights: backbone.source,
        warnings,
      },
      text: [
        ...warnings.map((warning) => `Warning: ${warning}`),
        `${input}: ${prepared.kept.length} slices, most attention on slice ${
          prepared.kept[peak]
        } of the resampled scan`,
        "",
        "months  S(t)",
        ...survival.map((p, months) => `${String(months).padStart(6)}  ${p.toFixed(3)}  ${bar(p)}`),
        "",
        `Model: ${modelPath}, trained on ${trainedOn.patients} patients of ${trainedOn.cohort}. Backbone weights: ` +
        `${backbone.source.kind}. For research; not for decisions about patients.`,
      ].join("\n"),
    };
  },
};
