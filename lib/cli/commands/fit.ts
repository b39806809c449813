import { checkOutputFile, checkOutputFolder, InputError, terminalProgress } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import { viewFor } from "@ctsurv/features/mod.ts";
import { backbones, findBackbone } from "@ctsurv/nn/mod.ts";
import { findProfile, openBackbone, openEngine, openLungs, profiles, readEnvironment } from "@ctsurv/study/mod.ts";
import { type FineTuning, saveModel, trainModel } from "@ctsurv/training/mod.ts";
import type { Command } from "../command.ts";
import { aggregationOption, lungsOption, parseAggregation } from "../model_options.ts";
import { missingCacheBytes } from "../runs/check_beforehand.ts";

const TUNINGS = ["final-layer", "final-block"] satisfies FineTuning[];

/** `ctsurv fit`: trains a model on a whole cohort and saves it. */
export const fit: Command = {
  name: "fit",
  summary: "Train a survival model on all patients of a cohort and save it.",
  options: {
    cohort: { describe: "the cohort's folder", value: "DIR", required: true },
    output: { describe: "where to save the model", value: "FILE.safetensors", required: true },
    backbone: {
      describe: `the backbone: ${Object.keys(backbones).join(", ")}`,
      value: "NAME",
      default: "efficientnet_b0",
    },
    aggregation: aggregationOption,
    tune: {
      describe: "final-layer keeps the backbone frozen; final-block also trains its final block, and caches 18 kB " +
        "(efficientnet_b0) to 300 kB (vit_b_16) per slice",
      value: "NAME",
      default: "final-layer",
    },
    profile: {
      describe: `profile that sets epochs, slices and weights: ${Object.keys(profiles).join(", ")}`,
      value: "NAME",
      default: "workshop",
    },
    lungs: lungsOption,
    cache: { describe: "folder that keeps slices and features between runs", value: "DIR", default: "data/cache" },
  },
  async run({ options, environment = readEnvironment() }) {
    const [output, backboneName] = [String(options.output), String(options.backbone)];
    if (!output.endsWith(".safetensors")) {
      throw new InputError(`--output ${output}: the name of a model must end in .safetensors`);
    }
    const aggregation = parseAggregation(options.aggregation, findBackbone(backboneName));
    const fineTuning = TUNINGS.find((one) => one === options.tune);
    if (!fineTuning) throw new InputError(`Unknown --tune "${options.tune}": choose one of ${TUNINGS.join(", ")}`);
    const profile = findProfile(String(options.profile), environment);
    await checkOutputFile(output);
    const cohort = await openCohort(String(options.cohort));
    const cache = String(options.cache);
    await checkOutputFolder(cache, { bytes: await missingCacheBytes(cache, cohort.patients.length) });
    const engine = await openEngine(environment);
    const backbone = await openBackbone(backboneName, engine, { weights: profile.weights }, environment);
    const view = viewFor(backbone.architecture, profile);
    const segmenter = await openLungs(engine, options.lungs as string | undefined, environment);
    const { model, losses, divergence, patients, skipped } = await trainModel(engine, cohort.patients, {
      ...profile,
      backbone,
      view,
      shape: { aggregation },
      fineTuning,
      scaleFeatures: backbone.source.kind !== "pretrained",
      segmenter,
      cache,
      progress: terminalProgress(),
    });
    await segmenter.dispose();
    const events = patients.filter(({ followUp }) => followUp.event === 1).length;
    await saveModel(output, {
      ...model,
      trainedOn: {
        cohort: cohort.name,
        patients: patients.length,
        events,
        profile: profile.name,
        epochs: profile.epochs,
        segmenter: segmenter.name,
      },
    });
    const result = {
      model: output,
      patients: patients.length,
      events,
      skipped,
      losses,
      ...divergence !== undefined && { divergence },
      weights: backbone.source,
      aggregation,
      fineTuning,
    };
    return {
      json: result,
      text: [
        `Trained on ${patients.length} patients of ${cohort.name}, ${events} deaths within two years: ${output}`,
        `Loss ${losses[0]!.toFixed(3)} in the first epoch, ${losses.at(-1)!.toFixed(3)} in the last`,
        ...divergence === undefined ? [] : [`warning: ${divergence}`],
        ...[...cohort.messages, ...skipped.map(({ patient, reason }) => `${patient} left out: ${reason}`)],
      ].join("\n"),
    };
  },
};
