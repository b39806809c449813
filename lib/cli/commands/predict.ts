import { InputError } from "@ctsurv/base/mod.ts";

import { loadModel, predictScan } from "@ctsurv/training/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { lungsOption } from "../model_options.ts";

/** `ctsurv predict`: the survival curve of one scan. */
export const predict: Command = {
  name: "predict",
  summary: "Predict the survival curve of one scan over 24 months, with a model from `ctsurv fit`.",
  options: {
    model: { describe: "a model from `ctsurv fit`", value: "FILE.safetensors", required: true },
    input: { describe: "a DICOM folder or a NIfTI file", value: "PATH", required: true },
    series: { describe: "which series to read, if the folder holds several CT series", value: "UID" },
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
        `${modelPath} was trained on lungs that "${trainedOn.segmenter}" found, but "${segmenter.name}" finds them here. ` +
          "Choose the same method with --lungs, or train the model again",
      );
    }
    const series = typeof options.series === "string" ? { series: options.series } : {};
    const prediction = await predictScan(input, model, { engine, segmenter, ...series });
    const { kept, seen, warnings } = prediction;
    await segmenter.dispose();
    const survival = [...prediction.survival];
    // A network of volumes gives one feature vector for all slices, so there is no attention among them.
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
        slices: kept,
        view,
        trainedOn,
        weights: backbone.source,
        warnings,
      },
      text: [
        ...warnings.map((warning) => `Warning: ${warning}`),
        `${input}: ${kept} slices kept` +
        (view.kind === "volume"
          ? `, seen as a volume of ${view.slices === "all" ? kept : view.slices}`
          : `, ${seen.length} of them seen, ` +
            (aggregation === "average"
              ? "all with the same weight"
              : `most attention on slice ${peak.slice} of the resampled scan`)),
        "",
        "months  S(t)",
        ...survival.map((p, months) => `${String(months).padStart(6)}  ${p.toFixed(3)}  ${bar(p)}`),
        "",
        `Model: ${modelPath}, trained on ${trainedOn.patients} patients of ${trainedOn.cohort}. Backbone weights: ` +
        `${backbone.source.kind}. For research only, not for decisions about patients.`,
      ].join("\n"),
    };
  },
};
