import { InputError } from "@ctsurv/common/mod.ts";

/** How much of the protocol is run. Nothing else differs between profiles. */
export interface Profile {
  readonly name: "smoke" | "workshop" | "paper";
  /** Patients of the built-in cohorts. */
  readonly phantomPatients: { readonly lung1: number; readonly claro: number };
  readonly folds: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly dropout: number;
  /** For the order of patients, dropout and new weights. */
  readonly seed: number;
  /** The paper's folds: scikit-learn's `random_state`. */
  readonly foldSeed: number;
  /** Weights of the frozen backbones. */
  readonly weights: "seeded" | "pretrained";
}

/** The paper's protocol: section "Experiments", and DESIGN's choices where it is silent. */
const paper: Profile = {
  name: "paper",
  phantomPatients: { lung1: 415, claro: 119 },
  folds: 10,
  epochs: 100,
  batchSize: 4,
  learningRate: 1e-4,
  weightDecay: 0.01,
  dropout: 0.2,
  seed: 42,
  foldSeed: 42,
  weights: "pretrained",
};

/** Every profile by name. */
export const profiles: Readonly<Record<Profile["name"], Profile>> = {
  smoke: {
    ...paper,
    name: "smoke",
    phantomPatients: { lung1: 12, claro: 8 },
    folds: 3,
    epochs: 3,
    weights: "seeded",
  },
  workshop: {
    ...paper,
    name: "workshop",
    phantomPatients: { lung1: 96, claro: 32 },
    epochs: 40,
    weights: "seeded",
  },
  paper,
};

/**
 * The profile of that name.
 *
 * @default {Deno.env.get("CTSURV_PROFILE") ?? "workshop"}
 * @throws {InputError} If there is none.
 */
export function findProfile(name: string = Deno.env.get("CTSURV_PROFILE") || "workshop"): Profile {
  if (!Object.hasOwn(profiles, name)) {
    throw new InputError(
      `Unknown profile "${name}" (CTSURV_PROFILE): choose one of ${Object.keys(profiles).join(", ")}`,
    );
  }
  return profiles[name as Profile["name"]];
}
