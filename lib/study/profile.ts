import { InputError } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { followUp, type SliceCount, type WeightsKind } from "@ctsurv/features/mod.ts";
import type { MonthRule } from "@ctsurv/survival/mod.ts";
import { refuseFewPatients } from "@ctsurv/training/mod.ts";
import { type Environment, readEnvironment, selectWeights } from "./environment.ts";
import type { Choices } from "./protocol/choices.ts";
import { findProtocol } from "./protocol/find_protocol.ts";
import { protocols } from "./protocol/presets.ts";

/**
 * How much of the protocol is run. Nothing else differs between profiles. The numbers of the training stand here as the
 * protocol has them, for programs that train with a profile alone.
 */
export interface Profile {
  /** As `CTSURV_PROFILE` names it. */
  readonly name: "smoke" | "workshop" | "paper";
  /** Patients of the built-in cohorts. */
  readonly phantomPatients: { readonly lung1: number; readonly claro: number };
  /** Folds of the cross-validation. */
  readonly folds: number;
  /** Epochs of training; the last one's weights are taken. */
  readonly epochs: number;
  /** Patients in a batch. */
  readonly batchSize: number;
  /** Of AdamW. */
  readonly learningRate: number;
  /** Of AdamW, decoupled from the gradient. */
  readonly weightDecay: number;
  /** Probability that a hidden unit of DeepHit is left out of a training step. */
  readonly dropout: number;
  /** For the order of patients, dropout and new weights. */
  readonly seed: number;
  /** Seed of the folds, scikit-learn's `random_state`. */
  readonly foldSeed: number;
  /** The 2D backbones that Table 1 compares. */
  readonly backbones: readonly string[];
  /** How many of a patient's kept slices a 2D backbone sees, evenly spaced: the same ones for each backbone. */
  readonly slices: SliceCount;
  /** The volume that a 3D backbone sees of a patient: `slices` of `size` x `size`. */
  readonly volume: { readonly slices: SliceCount; readonly size: number };
  /** Weights of the frozen backbones. `phantom` is for those that this project trained; the others are then seeded. */
  readonly weights: WeightsKind;
}

/** The numbers of the training, which a protocol says. */
function trainingNumbers({ batchSize, learningRate, weightDecay, dropout, seed, foldSeed }: Choices) {
  return { batchSize, learningRate, weightDecay, dropout, seed, foldSeed };
}

/** As much as the paper ran: section "Experiments". */
const paper: Profile = {
  name: "paper",
  phantomPatients: { lung1: 415, claro: 119 },
  folds: 10,
  epochs: 100,
  ...trainingNumbers(protocols.paper),
  backbones: ["efficientnet_b0", "resnet50", "vgg16", "alexnet", "vit_b_16"],
  slices: "all",
  volume: { slices: "all", size: 224 },
  weights: "pretrained",
};

/** Every profile by name. */
export const profiles: Readonly<Record<Profile["name"], Profile>> = {
  smoke: {
    ...paper,
    ...trainingNumbers(protocols.workshop),
    name: "smoke",
    phantomPatients: { lung1: 12, claro: 8 },
    folds: 3,
    epochs: 3,
    backbones: ["efficientnet_b0", "alexnet"],
    slices: 3,
    volume: { slices: 4, size: 56 },
    weights: "phantom",
  },
  workshop: {
    ...paper,
    ...trainingNumbers(protocols.workshop),
    name: "workshop",
    phantomPatients: { lung1: 96, claro: 32 },
    // What is left out of both makes all five notebooks take a quarter of an hour on 2 cores: of all slices ViT and VGG16
    // alone would take an hour, and of 100 epochs the trainings twenty minutes.
    epochs: 25,
    slices: 5,
    // What its weights were made for: films of 16 pictures of 112 x 112 (Kinetics-400).
    volume: { slices: 16, size: 112 },
    weights: "phantom",
  },
  paper,
};

/**
 * The profile of a name, or the one that `CTSURV_PROFILE` names, with the numbers of the protocol that the environment
 * selects. `CTSURV_WEIGHTS` overrides its kind of weights.
 *
 * @throws {InputError} If there is no such profile, protocol or kind of weights.
 */
export function findProfile(name?: string, environment: Environment = readEnvironment()): Profile {
  const wanted = name ?? environment.profile;
  if (!Object.hasOwn(profiles, wanted)) {
    throw new InputError(
      `Unknown profile "${wanted}" (CTSURV_PROFILE): choose one of ${Object.keys(profiles).join(", ")}`,
    );
  }
  const profile = profiles[wanted as Profile["name"]];
  const { choices } = findProtocol(profile.name, environment);
  return { ...profile, ...trainingNumbers(choices), weights: selectWeights(profile.weights, environment) };
}

/**
 * Refuses a cohort that is too small for a profile's folds when it is opened, not when hours of work are done. Patients
 * whose scans turn out to be unusable are counted here all the same; `crossValidate` counts those that are left.
 *
 * @param months How days become months.
 * @throws {InputError} If there are too few patients or deaths, with their numbers.
 */
export function requireFolds(
  { name, patients }: Pick<Cohort, "name" | "patients">,
  { folds }: Pick<Profile, "folds">,
  months: MonthRule = "average",
): void {
  refuseFewPatients(patients.map(({ record }) => followUp(record, { months })), { name, folds });
}
