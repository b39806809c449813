import { openCohort } from "@ctsurv/cohort/mod.ts";
import { InputError, terminalProgress } from "@ctsurv/common/mod.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { createLungSegmenter } from "@ctsurv/segmentation/mod.ts";
import {
  cohortFeatures,
  createBackbone,
  findProfile,
  headTrainer,
  patientView,
  profiles,
  saveModel,
  viewEmbedder,
} from "@ctsurv/training/mod.ts";
import type { Command } from "./command.ts";
import { lungsOption } from "./lungs_option.ts";

/** `ctsurv fit`: trains a model on a whole cohort and saves it. */
export const fit: Command = {
  name: "fit",
  summary: "Train a survival model on all patients of a cohort, and save it.",
  options: {
    cohort: { describe: "the cohort's folder", value: "DIR", required: true },
    output: { describe: "where to save the model", value: "FILE.safetensors", required: true },
    backbone: { describe: Object.keys(backbones).join(", "), value: "NAME", default: "efficientnet_b0" },
    profile: { describe: `epochs and so on: ${Object.keys(profiles).join(", ")}`, value: "NAME", default: "workshop" },
    lungs: lungsOption,
    cache: { describe: "folder of slices and features kept between runs", value: "DIR", default: "data/cache" },
  },
  async run({ options }) {
    const [output, backboneName] = [String(options.output), String(options.backbone)];
    if (!output.endsWith(".safetensors")) throw new InputError(`--output ${output}: a model ends in .safetensors`);
    const profile = findProfile(String(options.profile));
    const cohort = await openCohort(String(options.cohort));
    const engine = await createEngine();
    const backbone = await createBackbone(backboneName, engine, { weights: profile.weights });
    const view = patientView(backbone.architecture, profile);
    const embedder = await viewEmbedder(engine, backbone, view);
    const segmenter = await createLungSegmenter(engine, options.lungs as string | undefined);
    const progress = terminalProgress();
    const { patients, skipped } = await cohortFeatures(cohort.patients, {
      backbone,
      embedder,
      view,
      segmenter,
      cache: String(options.cache),
      progress,
    });
    const events = patients.filter(({ followUp }) => followUp.event === 1).length;
    if (events === 0) throw new InputError(`None of the ${patients.length} patients died within two years`);

    const trainer = headTrainer(engine, { backboneFeatures: backbone.architecture.features }, {
      ...profile,
      scaleFeatures: backbone.source.kind === "seeded",
    });
    progress.start("Epochs", profile.epochs);
    const { parameters, losses } = await trainer.fit(patients, () => progress.tick());
    progress.done(`${profile.epochs} epochs`);
    await trainer.dispose();
    await embedder.dispose();
    await segmenter.dispose();
    await saveModel(output, {
      backbone,
      view,
      head: parameters,
      trainedOn: {
        cohort: cohort.name,
        patients: patients.length,
        events,
        profile: profile.name,
        epochs: profile.epochs,
        segmenter: segmenter.name,
      },
    });
    const result = { model: output, patients: patients.length, events, skipped, losses, weights: backbone.source };
    return {
      json: result,
      text: [
        `Trained on ${patients.length} patients of ${cohort.name}, ${events} deaths within two years: ${output}`,
        `Loss ${losses[0]!.toFixed(3)} in the first epoch, ${losses.at(-1)!.toFixed(3)} in the last`,
        ...[...cohort.messages, ...skipped.map(({ patient, reason }) => `${patient} left out: ${reason}`)],
      ].join("\n"),
    };
  },
};
