import type { Progress } from "@ctsurv/base/mod.ts";
import type { CohortPatient } from "@ctsurv/cohort/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import {
  type CohortFeatures,
  extractFeatures,
  featureExtractor,
  type LabelledPatient,
  type View,
} from "@ctsurv/features/mod.ts";
import type { NetworkLungs } from "@ctsurv/lungs/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { describeView, type Displayable, type ModelResult } from "@ctsurv/report/mod.ts";
import { displayAs, factsTable } from "./_facts.ts";

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
}

/**
 * Preprocesses patients and extracts their features; what is in the cache is read from there.
 *
 * @throws {InputError} If no patient can be used.
 */
export async function studyFeatures(
  patients: readonly CohortPatient[],
  { engine, ...settings }: FeatureSettings,
): Promise<StudyFeatures> {
  const { backbone, view } = settings;
  const extractor = await featureExtractor(engine, backbone, view);
  try {
    const features = await extractFeatures(patients, { ...settings, extractor });
    const { kind, sha256: hash } = backbone.source;
    return withDisplay({ ...features, backbone, view, weights: { kind, hash }, deaths: deathsOf(features.patients) });
  } finally {
    await extractor.dispose();
  }
}

function deathsOf(patients: readonly LabelledPatient[]): number {
  return patients.filter(({ followUp }) => followUp.event === 1).length;
}

function withDisplay(features: Omit<StudyFeatures, keyof Displayable>): StudyFeatures {
  const { backbone: { architecture, source }, view, patients, deaths, skipped } = features;
  const weights = source.kind === "seeded"
    ? `seeded (${source.seed}), never trained`
    : source.kind === "phantom"
    ? `trained on phantoms, ${source.file}`
    : `pretrained, ${source.file}`;
  const facts: (readonly [string, string | number])[] = [
    ["Features of a slice", architecture.features],
    ["Weights", weights],
    ["SHA-256", source.sha256],
    ["Seen of a patient", describeView(view)],
    ["Patients", patients.length],
    ["Deaths within two years", deaths],
    ["Left out", skipped.length === 0 ? "nobody" : skipped.length],
    ...skipped.map(({ patient, reason }) => [patient, reason] as const),
  ];
  return { ...features, ...displayAs(factsTable(architecture.title, facts)) };
}
