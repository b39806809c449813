import type { Progress } from "@ctsurv/base/mod.ts";
import type { CohortManifest, CohortPatient } from "@ctsurv/cohort/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import {
  activationExtractor,
  type CohortFeatures,
  extractActivations,
  extractFeatures,
  featureExtractor,
  type FineTuningPatient,
  type LabelledPatient,
  measureIntensities,
  type View,
  type WeightsKind,
} from "@ctsurv/features/mod.ts";
import type { NetworkLungs } from "@ctsurv/lungs/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { describeView, type Displayable, type ModelResult } from "@ctsurv/report/mod.ts";
import { displayAs, factsTable } from "./_facts.ts";
import type { Choices } from "./protocol/choices.ts";
import { monthRule, preprocessing, readoutOf } from "./protocol/settings.ts";

/** A cohort as the features of one frozen backbone. A notebook shows which weights they are and who was left out. */
export interface StudyFeatures extends CohortFeatures, Displayable {
  /** The frozen network, with its weights. */
  readonly backbone: Backbone;
  /** What it sees of a patient. */
  readonly view: View;
  /** Kind and SHA-256 of the backbone's weights, as results name them. */
  readonly weights: ModelResult["weights"];
  /** Deaths within two years among the patients. */
  readonly deaths: number;
  /**
   * The same patients with the activations before the backbone's final block, to train that too. They are computed when
   * they are first asked for, and take much disk: 18 kB (EfficientNet-B0) to 300 kB (ViT-B/16) a slice.
   *
   * @throws {InputError} If the disk is full.
   */
  activations(): Promise<readonly FineTuningPatient[]>;
}

/** Which patients a backbone sees, with which weights, and how much of them where it is not what the profile says. */
export interface StudyFeaturesOptions extends Partial<View> {
  /** Kind of the backbone's weights, to compare it with the study's. @default {the kind of the profile} */
  readonly weights?: WeightsKind;
  /** Some of the patients, for a job that does a part of the cohort. @default {all of them} */
  readonly patients?: readonly string[];
}

/** What features are extracted with. */
export interface FeatureSettings {
  readonly engine: Engine;
  readonly backbone: Backbone;
  readonly view: View;
  readonly segmenter: NetworkLungs;
  /** The folder of slices and features that are kept between runs. */
  readonly cache: string;
  readonly progress: Progress;
  /** How images become features. */
  readonly choices: Choices;
  /** What the cohort asks of its scans. */
  readonly manifest: Pick<CohortManifest, "leastLung">;
  /** Whose intensities are measured, where they are. @default {the patients whose features are extracted} */
  readonly measuredOn?: readonly CohortPatient[];
}

/**
 * Preprocesses patients and extracts their features; what is in the cache is read from there.
 *
 * @throws {InputError} If no patient can be used.
 */
export async function studyFeatures(
  patients: readonly CohortPatient[],
  { engine, choices, manifest, measuredOn = patients, ...given }: FeatureSettings,
): Promise<StudyFeatures> {
  const { backbone, view, segmenter, cache, progress } = given;
  const settings = { ...given, settings: preprocessing(choices, manifest), months: monthRule(choices) };
  const intensities = choices.intensities === "z-score"
    ? await measureIntensities(measuredOn, { segmenter, cache, progress, settings: settings.settings })
    : undefined;
  const options = { at: readoutOf(choices, backbone.architecture), ...intensities && { intensities } };
  const extractor = await featureExtractor(engine, backbone, view, options);
  try {
    const features = await extractFeatures(patients, { ...settings, ...options, extractor });
    const { kind, sha256: hash } = backbone.source;
    const used = new Set(features.patients.map(({ id }) => id));
    return withDisplay({
      ...features,
      backbone,
      view,
      weights: { kind, hash },
      deaths: deathsOf(features.patients),
      activations: once(async () => {
        const extractor = await activationExtractor(engine, backbone, view);
        try {
          const usable = patients.filter(({ id }) => used.has(id));
          return (await extractActivations(usable, { ...settings, extractor })).patients;
        } finally {
          await extractor.dispose();
        }
      }),
    });
  } finally {
    await extractor.dispose();
  }
}

/** Does it when it is first asked for; again only after a failure. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function deathsOf(patients: readonly LabelledPatient[]): number {
  return patients.filter(({ followUp }) => followUp.event === 1).length;
}

/** The features with what a notebook shows of them. */
export function withDisplay(features: Omit<StudyFeatures, keyof Displayable>): StudyFeatures {
  const { backbone: { architecture, source }, view, patients, deaths, skipped } = features;
  const weights = source.kind === "seeded"
    ? `seeded (${source.seed}), never trained`
    : source.kind === "phantom"
    ? `trained on phantoms, ${source.file}`
    : `${source.kind}, ${source.file}`;
  const [first] = patients;
  const facts: (readonly [string, string | number])[] = [
    ["Features of a slice", first!.features.length / first!.slices],
    ["Weights", weights],
    ["SHA-256", source.sha256],
    ["Seen of a patient", source.kind === "external" ? "what another program took" : describeView(view)],
    ["Patients", patients.length],
    ["Deaths within two years", deaths],
    ["Left out", skipped.length === 0 ? "nobody" : skipped.length],
    ...skipped.map(({ patient, reason }) => [patient, reason] as const),
  ];
  return { ...features, ...displayAs(factsTable(architecture.title, facts)) };
}
