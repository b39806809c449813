import { explainScan, type ScanExplanation } from "@ctsurv/analysis/mod.ts";
import { checkOutputFolder, InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { loadModel, predictScan, type SurvivalModel, type ViewedScan, viewScan } from "@ctsurv/training/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { TOP_SLICES, writeExplanation } from "../explanation/write_explanation.ts";
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
    explain: {
      describe:
        "where the model looks: a page and pictures with Grad-CAM, and attention and Grad-CAM as NIfTI on the " +
        "scan's own grid, for 3D Slicer and ITK-SNAP",
      value: "DIR",
    },
    occlude: {
      describe:
        `with --explain: also the risk with each patch of the ${TOP_SLICES} slices of most attention covered, 49 ` +
        "passes of the backbone a slice",
    },
  },
  async run({ options, environment = readEnvironment() }) {
    const [modelPath, input] = [String(options.model), String(options.input)];
    const folder = options.explain === undefined ? undefined : String(options.explain);
    if (folder !== undefined) await checkOutputFolder(folder);
    else if (options.occlude) throw new InputError("--occlude needs --explain DIR, where its maps are written");
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
    const scan = await viewScan(input, model, { segmenter, ...series });
    await segmenter.dispose();
    const prediction = await predictScan(scan, model, { engine, segmenter });
    const { kept, seen, warnings } = prediction;
    const explanation = folder === undefined ? undefined : await explainScan(scan, model, {
      engine,
      ...options.occlude && { occluded: TOP_SLICES },
    });
    const written = explanation && await writeExplanation(folder!, scan, explanation, {
      months: monthOf(model),
      facts: factsOf(scan, model, explanation),
    });
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
        ...written && { explanation: { folder, risk: explanation.risk, files: written } },
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
        ...written ? [`Written to ${folder}: ${written.join(", ")}`] : [],
      ].join("\n"),
    };
  },
};

/** The month of the log odds that maps explain, see `logOddsOfDeath`. */
function monthOf({ tail, shape: { bins = HORIZON_MONTHS } }: SurvivalModel): number {
  return tail ? bins : bins - 1;
}

function factsOf({ path }: ViewedScan, model: SurvivalModel, { risk, seen }: ScanExplanation): string[] {
  const { backbone: { architecture, source }, trainedOn } = model;
  const dead = 1 / (1 + Math.exp(-risk));
  return [
    `${path}: probability of death within ${monthOf(model)} months ${dead.toFixed(3)}, log odds ${risk.toFixed(2)}; ` +
    `${seen.length} slices seen.`,
    `${architecture.title}, ${source.kind} weights, trained on ${trainedOn.patients} patients of ${trainedOn.cohort}.`,
    "A slice's number says what it adds to the log odds to first order: the sum of its map. Colours lie over the crop that the " +
    "network sees. Maps show what moves this model, not what is ill; whether they show even that is a question for the " +
    "sanity checks of explainStudy. For research only, not for decisions about patients.",
  ];
}
