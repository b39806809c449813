import { checkOutputFile, checkOutputFolder, InputError, terminalProgress } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import { viewFor } from "@ctsurv/features/mod.ts";
import { backbones, findBackbone } from "@ctsurv/nn/mod.ts";
import {
  type Choices,
  deepHitShape,
  findProfile,
  findProtocol,
  findRow,
  lungsNotice,
  modelPreprocessing,
  monthRule,
  openBackbone,
  openEngine,
  openLungs,
  profiles,
  type Protocol,
  protocol,
  readEnvironment,
  refuseUnbuiltPair,
  refuseUnkept,
  rowNames,
  softAttention,
  trainingSettings,
} from "@ctsurv/study/mod.ts";
import { type FineTuning, saveModel, trainModel } from "@ctsurv/training/mod.ts";
import type { Command, CommandInput } from "../command.ts";
import { aggregationOption, lungsOption, parseAggregation } from "../model_options.ts";
import { lossOption, protocolOptions, withProtocol } from "../protocol_options.ts";
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
        "(efficientnet_b0) to 300 kB (vit_b_16) per slice; paper-methods has final-block (default: final-layer)",
      value: "NAME",
    },
    profile: {
      describe: `profile that sets epochs, slices and weights, whatever CTSURV_PROFILE says: ${
        Object.keys(profiles).join(", ")
      }`,
      value: "NAME",
      default: "workshop",
    },
    ...protocolOptions,
    loss: lossOption,
    lungs: lungsOption,
    cache: { describe: "folder that keeps slices and features between runs", value: "DIR", default: "data/cache" },
  },
  async run({ options, environment: given = readEnvironment() }) {
    const [output, backboneName] = [String(options.output), String(options.backbone)];
    if (!output.endsWith(".safetensors")) {
      throw new InputError(`--output ${output}: the name of a model must end in .safetensors`);
    }
    if (rowNames.includes(backboneName) && findRow(backboneName).fusion) {
      throw new InputError(
        `fit trains models of images alone, because a model's file has no place for clinical covariates: take ` +
          `--backbone efficientnet_b0. cross-validate takes --model ${backboneName}`,
      );
    }
    const aggregation = options.aggregation === undefined
      ? undefined
      : parseAggregation(options.aggregation, findBackbone(backboneName));
    if (options.tune !== undefined && !TUNINGS.some((one) => one === options.tune)) {
      throw new InputError(`Unknown --tune "${options.tune}": choose one of ${TUNINGS.join(", ")}`);
    }
    const environment = withProtocol(given, options);
    const profile = findProfile(String(options.profile), environment);
    const protocol = withOptions(findProtocol(profile.name, environment), options);
    const { choices } = protocol;
    refuseUnkept(choices, findBackbone(backboneName));
    // Activations take hours and much disk.
    refuseUnbuiltPair(choices, findBackbone(backboneName));
    const fineTuning = choices.tune;
    await checkOutputFile(output);
    const cohort = await openCohort(String(options.cohort));
    const cache = String(options.cache);
    await checkOutputFolder(cache, { bytes: await missingCacheBytes(cache, cohort.patients.length) });
    const engine = await openEngine(environment);
    const backbone = await openBackbone(backboneName, engine, { weights: profile.weights }, environment);
    const view = viewFor(backbone.architecture, profile);
    const segmenter = await openLungs(engine, choices.lungs, environment);
    const notice = lungsNotice({ profile, protocol, cohort });
    if (notice !== undefined) console.error(notice);
    const { model, losses, divergence, patients, skipped, doubted } = await trainModel(engine, cohort.patients, {
      ...trainingSettings(choices, { trained: backbone.source.kind === "pretrained" }),
      epochs: profile.epochs,
      months: monthRule(choices),
      ...modelPreprocessing(choices, cohort.manifest),
      backbone,
      view,
      shape: {
        aggregation: aggregation && !isAttention(aggregation.kind) ? aggregation : softAttention(choices),
        ...deepHitShape(choices),
      },
      fineTuning,
      segmenter,
      cache,
      progress: terminalProgress(),
    });
    await segmenter.dispose();
    for (const { patient, doubts } of doubted) console.error(`${patient}: ${doubts.join("; ")}`);
    const events = patients.filter(({ followUp }) => followUp.event === 1).length;
    await saveModel(output, {
      ...model,
      trainedOn: {
        cohort: cohort.name,
        patients: patients.length,
        events,
        profile: profile.name,
        protocol: protocol.name,
        epochs: profile.epochs,
        dropout: choices.dropout,
        segmenter: segmenter.name,
      },
    });
    const result = {
      model: output,
      patients: patients.length,
      events,
      skipped,
      doubted,
      losses,
      ...divergence !== undefined && { divergence },
      weights: backbone.source,
      aggregation: model.shape.aggregation,
      fineTuning,
      protocol: { name: protocol.name, choices },
    };
    return {
      json: result,
      text: [
        `Trained on ${patients.length} patients of ${cohort.name}, ${events} deaths within two years: ${output}`,
        `Profile ${profile.name}, protocol ${protocol.name}`,
        `Loss ${losses[0]!.toFixed(3)} in the first epoch, ${losses.at(-1)!.toFixed(3)} in the last`,
        ...divergence === undefined ? [] : [`warning: ${divergence}`],
        ...[...cohort.messages, ...skipped.map(({ patient, reason }) => `${patient} left out: ${reason}`)],
      ].join("\n"),
    };
  },
};

/** The protocol with what other options of this command say. */
function withOptions({ preset, choices }: Protocol, { tune, lungs, aggregation }: CommandInput["options"]): Protocol {
  return protocol(preset, {
    ...choices,
    ...tune !== undefined && { tune: tune as Choices["tune"] },
    ...lungs !== undefined && { lungs: lungs as Choices["lungs"] },
    ...isAttention(aggregation) && { attention: aggregation },
  });
}

/** Whether an aggregation is soft attention, whose form and width are choices of the protocol. */
function isAttention(aggregation: string | true | undefined): aggregation is Choices["attention"] {
  return aggregation === "gated" || aggregation === "linear" || aggregation === "mlp";
}
