import { InputError } from "@ctsurv/base/mod.ts";
import { takeView } from "@ctsurv/features/mod.ts";
import { preprocess, readVolume } from "@ctsurv/imaging/mod.ts";
import { loadModel, modelPredictor } from "@ctsurv/training/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import { type Command, lungsOption } from "../command.ts";

/** `ctsurv predict`: the survival curve of one scan. */
export const predict: Command = {
  name: "predict",
  summary: "The survival curve over 24 months for one scan, by a model of `ctsurv fit`.",
  options: {
    model: { describe: "a model of `ctsurv fit`", value: "FILE.safetensors", required: true },
    input: { describe: "a DICOM folder or a NIfTI file", value: "PATH", required: true },
    lungs: lungsOption,
  },
  async run({ options, environment = readEnvironment() }) {
    const [modelPath, input] = [String(options.model), String(options.input)];
    const engine = await openEngine(environment);
    const model = await loadModel(modelPath, engine, { weightsFolder: environment.weightsFolder });
    const { backbone, view, trainedOn } = model;
    const aggregation = model.shape.aggregation?.kind ?? "gated";
    const segmenter = await openLungs(engine, options.lungs as string | undefined, environment);
    if (trainedOn.segmenter !== segmenter.name) {
      throw new InputError(
        `${modelPath} was trained on lungs by "${trainedOn.segmenter}"; here they are found by "${segmenter.name}". ` +
          "Choose the same with --lungs, or train anew",
      );
    }
    const { volume, warnings } = await readVolume(input);
    const prepared = await preprocess(volume, { segmenter, where: input });
    // As training saw its slices, which went through float16.
    const slices = Float32Array.from(Float16Array.from(prepared.slices));
    const viewed = takeView({ slices, key: input, size: prepared.size }, view);
    const seen = viewed.seen.map((i) => prepared.kept[i]!);
    const predictor = await modelPredictor(engine, model);
    const prediction = await predictor.predict(input, viewed);
    await predictor.dispose();
    await segmenter.dispose();
    const survival = [...prediction.survival];
    // A network of volumes has one embedding for all slices, and no attention among them.
    const attention = view.kind === "volume"
      ? []
      : [...prediction.attention].map((weight, i) => ({ slice: seen[i]!, weight }));
    const peak = attention.reduce((best, one) => one.weight > best.weight ? one : best, { slice: -1, weight: 0 });
    const bar = (probability: number) => "█".repeat(Math.round(40 * probability));
    return {
      json: {
        input,
        survival: survival.map((probability, months) => ({ months, probability })),
        attention,
        aggregation,
        fineTuning: model.finalBlock ? "final-block" : "final-layer",
        slices: prepared.kept.length,
        view,
        trainedOn,
        weights: backbone.source,
        warnings,
      },
      text: [
        ...warnings.map((warning) => `Warning: ${warning}`),
        `${input}: ${prepared.kept.length} slices` +
        (view.kind === "volume"
          ? ` as a volume of ${view.slices === "all" ? prepared.kept.length : view.slices}`
          : `, ${seen.length} of them seen, ` +
            (aggregation === "average" ? "all alike" : `most attention on slice ${peak.slice} of the resampled scan`)),
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
