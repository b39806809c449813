import { checkExplainable, explainScan, type ScanExplanation } from "@ctsurv/analysis/mod.ts";
import { checkOutputFolder, InputError } from "@ctsurv/base/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import {
  loadModel,
  passRate,
  predictScan,
  type SurvivalModel,
  type ViewedScan,
  viewScan,
} from "@ctsurv/training/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import { type Command, parseNumber } from "../command.ts";
import { TOP_SLICES, writeExplanation } from "../explanation/write_explanation.ts";
import { lungsOption, parsePasses } from "../model_options.ts";
import { modelFiles, type NamedModel, predictBySeveral } from "../predict_by_several.ts";

/** `ctsurv predict`: the survival curve of one scan. */
export const predict: Command = {
  name: "predict",
  summary: "Predict the survival curve of one scan over 24 months, with a model from `ctsurv fit`.",
  options: {
    model: {
      describe: "a model from `ctsurv fit`, or a folder of models; of several the mean curve and its spread",
      value: "FILE.safetensors",
      required: true,
      repeatable: true,
    },
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
    "dropout-passes": {
      describe: "apply the model so often with dropout, from 2: the mean curve and its spread",
      value: "N",
      default: "0",
    },
    "dropout-rate": {
      describe:
        "with --dropout-passes: how likely each unit of DeepHit is left out (default: the dropout of the training)",
      value: "P",
    },
  },
  async run({ options, environment = readEnvironment() }) {
    const input = String(options.input);
    const passes = parsePasses(options);
    const typed = options["dropout-rate"];
    const rate = typed === undefined
      ? {}
      : { rate: parseNumber("dropout-rate", String(typed), "above 0 and below 1", (p) => p > 0 && p < 1) };
    if (typed !== undefined && passes === 0) {
      throw new InputError("--dropout-rate goes with --dropout-passes, such as --dropout-passes 50");
    }
    const folder = options.explain === undefined ? undefined : String(options.explain);
    if (folder !== undefined) await checkOutputFolder(folder);
    else if (options.occlude) throw new InputError("--occlude needs --explain DIR, where its maps are written");
    const files = await modelFiles(String(options.model));
    if (folder !== undefined && (files.length > 1 || passes > 0)) {
      throw new InputError("--explain shows where one model looks: name one, without --dropout-passes");
    }
    const engine = await openEngine(environment);
    const models: NamedModel[] = [];
    for (const path of files) {
      models.push({ path, model: await loadModel(path, engine, { weightsFolder: environment.weightsFolder }) });
    }
    if (passes > 0) { for (const { path, model } of models) passRate(model, { ...rate, where: path }); }
    const [{ path: modelPath, model }] = models as [NamedModel];
    if (folder !== undefined) checkExplainable(model);
    const segmenter = await openLungs(engine, options.lungs as string | undefined, environment);
    for (const { path, model: { trainedOn } } of models) {
      if (trainedOn.segmenter === segmenter.name) continue;
      throw new InputError(
        `${path} was trained on lungs that "${trainedOn.segmenter}" found, but "${segmenter.name}" finds them here. ` +
          "Choose the same method with --lungs, or train the model again",
      );
    }
    const series = typeof options.series === "string" ? { series: options.series } : {};
    if (models.length > 1 || passes > 0) {
      const dropout = passes > 0 ? { dropout: { passes, ...rate } } : {};
      const output = await predictBySeveral(input, models, { engine, segmenter, ...series, ...dropout });
      await segmenter.dispose();
      return output;
    }
    const { backbone, view, trainedOn } = model;
    const aggregation = model.shape.aggregation?.kind ?? "gated";
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
    "A slice's number says what it adds to the log odds to first order. Colours lie over the crop that the network sees. " +
    "Maps show what moves this model, not what is ill; whether they show even that is a question for the " +
    "sanity checks of explainStudy. For research only, not for decisions about patients.",
  ];
}
