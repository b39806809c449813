import { attentionDifference, attentionOnTumour } from "@ctsurv/analysis/mod.ts";
import type { PhantomLaw } from "@ctsurv/cohort/mod.ts";
import type { LawResult } from "@ctsurv/report/mod.ts";
import { type CtdVariant, type PairedBootstrap, pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { ceilingOf } from "../results/save_row.ts";
import type { TumourSlices } from "../seen_slices.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { lawOf } from "./other_laws.ts";
import { tumourVolumeAlone } from "./tumour_volume.ts";

/** Soft attention and average pooling, cross-validated on the patients of a phantom study under its law. */
export interface LawRun {
  /** The study under one law. */
  readonly study: Study;
  /** Its features. */
  readonly features: StudyFeatures;
  /** Soft attention. */
  readonly soft: CrossValidation;
  /** Average pooling, on the same patients and folds. */
  readonly average: CrossValidation;
}

/**
 * Cross-validates soft attention and average pooling under a study's law.
 *
 * @throws {InputError} If the backbone's weights are missing, or a training fails.
 */
export async function runUnderLaw(study: Study, backbone: string): Promise<LawRun> {
  const features = await study.features(backbone);
  const title = (aggregation: string) => `${aggregation}, survival by ${lawOf(study) ?? "nobody knows what"}`;
  const soft = await study.crossValidate(features, { title: title("Soft attention") });
  const average = await study.crossValidate(features, {
    aggregation: { kind: "average" },
    title: title("Average pooling"),
  });
  return { study, features, soft, average };
}

/**
 * What the runs under several laws found, with the ceilings beside. Where the control is among them, the law `null`, the
 * attention of each other run is compared with the control's, patient by patient on the same slices.
 *
 * @param runs Of the same patients, one for each law.
 * @param tumours Slices with tumour by patient, as `study.tumours` gives them; they are the same under every law.
 */
export async function compareLaws(
  runs: readonly LawRun[],
  tumours: ReadonlyMap<string, TumourSlices>,
): Promise<LawResult[]> {
  const control = runs.find(({ study }) => lawOf(study) === "null");
  const attended = ({ soft }: LawRun) =>
    soft.predictions.flatMap(({ id, attention }) => tumours.has(id) ? [{ attention, tumours: tumours.get(id)! }] : []);
  const results: LawResult[] = [];
  for (const run of runs) {
    const { study, features, soft, average } = run;
    results.push({
      law: lawOf(study) as PhantomLaw,
      patients: features.patients.length,
      events: features.deaths,
      soft: soft.ctdWithinFolds.pre.risk,
      average: average.ctdWithinFolds.pre.risk,
      difference: pairedWithinFolds(soft, average),
      onTumour: attentionOnTumour(attended(run), { replicates: 2000 }),
      besideControl: control && control !== run
        ? attentionDifference(attended(run), attended(control), { replicates: 2000 })
        : null,
      ici: soft.atHorizon.ici,
      coxOnFeatures: (await ceilingOf(study, features))?.ctdWithinFolds ?? null,
      tumourVolume: await tumourVolumeAlone(study, soft),
      bestReachableCtd: await study.bestReachableCtd(features),
    });
  }
  return results;
}

/**
 * The first less the second, in Ctd within folds, by a paired bootstrap of the patients within their folds.
 *
 * @param options.ctd The reading of Ctd. @default {"risk"}
 */
export function pairedWithinFolds(
  first: Pick<CrossValidation, "predictions">,
  second: Pick<CrossValidation, "predictions">,
  { ctd = "risk" }: { readonly ctd?: CtdVariant } = {},
): PairedBootstrap | null {
  const folds = first.predictions.map(({ fold }) => fold);
  const [a, b] = [toSurvivalPredictions(first.predictions), toSurvivalPredictions(second.predictions)];
  return pairedBootstrap(a, b, { replicates: 2000, folds, variant: ctd });
}
