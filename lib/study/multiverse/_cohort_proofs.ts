import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { binLabel } from "@ctsurv/survival/deephit/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { stratifiedFolds } from "@ctsurv/training/mod.ts";
import type { Choices } from "../protocol/choices.ts";
import type { StudyFeatures } from "../study_features.ts";
import type { MultiverseChange } from "./multiverse_rows.ts";

/** What a row was trained on. */
export interface TrainedOnWhat {
  /** The row's patients. */
  readonly patients: StudyFeatures["patients"];
  /** The headline's. */
  readonly headline: StudyFeatures["patients"];
  /** The row's choices. */
  readonly own: Choices;
  /** The headline's. */
  readonly choices: Choices;
  /** Of the profile. */
  readonly folds: number;
}

/**
 * Why a change has no effect on this cohort, though it has one on others: shown from the patients and the choices. It is
 * asked where predictions are equal to the last bit. Undefined where nothing shows it.
 */
export function cohortProof({ choice }: MultiverseChange, trainedOn: TrainedOnWhat): string | undefined {
  const { patients, headline, own, choices, folds } = trainedOn;
  const all = `all ${patients.length} patients`;
  if (patients !== headline && haveSameInputs(patients, headline)) {
    return `the same slices, features and months of ${all}`;
  }
  if (choice === "labels" && haveSameBins(patients, own, choices)) {
    return hasBins(choices) ? `${all} have the same bin under both` : `${all} have the same outcome under both`;
  }
  if (choice === "ties" && !hasTiedPair(patients, choices)) {
    return "no death shares its bin with a patient who is censored in it";
  }
  if (choice === "lastBatch" && choices.selection === "last" && haveWholeBatches(patients, choices, folds)) {
    return `every fold trains on whole batches of ${choices.batchSize}`;
  }
  if ((choice === "attention" || choice === "attentionWidth") && patients.every(({ slices }) => slices === 1)) {
    return "attention over one vector a patient is 1";
  }
  // Epochs have different weights: with the same predictions both readings have chosen the same ones.
  if (choice === "ctd" && choices.selection === "validation") return "both choose the same epoch in every fold";
  return undefined;
}

function haveSameInputs(a: StudyFeatures["patients"], b: StudyFeatures["patients"]): boolean {
  return a.length === b.length && a.every(({ id, followUp, features }, i) => {
    const other = b[i]!;
    return id === other.id && followUp.months === other.followUp.months && followUp.event === other.followUp.event &&
      features.length === other.features.length && features.every((x, k) => x === other.features[k]);
  });
}

function haveSameBins(patients: readonly LabelledPatient[], own: Choices, choices: Choices): boolean {
  return patients.every(({ followUp }) => {
    const [a, b] = [own, choices].map(({ labels }) => binLabel(followUp, { scheme: labels }));
    return (a!.bin === b!.bin || !hasBins(choices)) && a!.event === b!.event;
  });
}

/** Whether the loss looks at bins: Cox, PC-hazard and the cross-entropy look at the months themselves. */
function hasBins({ loss }: Choices): boolean {
  return !survivalLosses[loss].isTimed;
}

function hasTiedPair(patients: readonly LabelledPatient[], { labels }: Choices): boolean {
  const bins = patients.map(({ followUp }) => binLabel(followUp, { scheme: labels }));
  const censored = new Set(bins.filter(({ event }) => event === 0).map(({ bin }) => bin));
  return bins.some(({ bin, event }) => event === 1 && censored.has(bin));
}

function haveWholeBatches(
  patients: readonly LabelledPatient[],
  { batchSize, foldSeed }: Choices,
  folds: number,
): boolean {
  const fold = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds, seed: foldSeed });
  const tested = Map.groupBy(fold, (one) => one);
  return [...tested.values()].every(({ length }) => (patients.length - length) % batchSize === 0);
}
