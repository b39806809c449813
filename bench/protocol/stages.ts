import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { findRow, rowNames } from "@ctsurv/study/mod.ts";
import type { Usage } from "./usage.ts";

/** LUNG1 less the authors' seven: to what fewer patients are extrapolated. */
export const ALL_PATIENTS = 415;
/** Folds of the paper. */
export const ALL_FOLDS = 10;
/** Where measurements are committed. */
export const OUTPUT = "outputs/protocol";

/** The rows of Table 1: all but the clinical baseline, which has no images. */
export const tableRows: readonly string[] = rowNames.filter((name) => findRow(name).backbone !== undefined);

/** Every stage of the protocol, in the order in which they need each other. */
export const stageNames: readonly string[] = [
  "phantoms",
  "slices",
  ...Object.keys(backbones).map((name) => `features-${name}`),
  ...tableRows.map((name) => `folds-${name}`),
  "tables",
];

/** A stage taken apart: `folds-alexnet` trains the row `alexnet`. */
export interface StageParts {
  readonly kind: "phantoms" | "slices" | "features" | "folds" | "tables";
  /** The backbone or the row. */
  readonly of?: string;
}

/** The parts of a stage's name. */
export function stageParts(stage: string): StageParts {
  const [, kind, of] = /^([a-z]+)(?:-(.+))?$/.exec(stage) ?? [];
  return { kind: kind as StageParts["kind"], ...of !== undefined && { of } };
}

/**
 * The stages that are asked for, in the order of {@linkcode stageNames}. `features` alone means those of all backbones.
 *
 * @throws {InputError} If there is no such stage.
 */
export function chosenStages(text: string | undefined): readonly string[] {
  const wanted = text?.split(",").map((name) => name.trim()) ?? stageNames;
  const fits = (stage: string, name: string) => stage === name || stageParts(stage).kind === name;
  const unknown = wanted.find((name) => !stageNames.some((stage) => fits(stage, name)));
  if (unknown !== undefined) {
    throw new InputError(`--stages: there is no stage "${unknown}": choose of ${stageNames.join(", ")}`);
  }
  return stageNames.filter((stage) => wanted.some((name) => fits(stage, name)));
}

/** What a stage took, as it is committed. */
export interface StageRecord extends Usage {
  readonly stage: string;
  /** Patients it was run on. */
  readonly patients: number;
  /** Slices of all patients; null where the stage does not read them. */
  readonly slices: number | null;
  /** Folds that were trained; null of other stages. */
  readonly folds: number | null;
  /** Epochs of each fold; null of other stages. */
  readonly epochs: number | null;
  /** Disk of what it wrote, MB (2^20 bytes). */
  readonly diskMegabytes: number;
  /** How often it was begun: more than once after it was killed. All of them are in the sums. */
  readonly attempts: number;
  /** Cores that it may use. */
  readonly cores: number;
  /** Processes that wanted to compute, at the start and at the end: more than the cores on a machine that is shared. */
  readonly load: { readonly start: number; readonly end: number };
  readonly profile: string;
  readonly protocol: string;
  /** Kind of the backbone's weights. Which they are does not change the time. */
  readonly weights: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly machine: { readonly os: string; readonly cpu: string; readonly memory: number };
}

/** The file of a stage's record. */
export function recordPath(output: string, stage: string, patients: number): string {
  return join(output, `${patients}`, `${stage}.json`);
}

/** By how much a record is to be multiplied for all patients and folds. */
export function toWhole({ patients, folds }: Pick<StageRecord, "patients" | "folds">): number {
  return ALL_PATIENTS / patients * (folds === null ? 1 : ALL_FOLDS / folds);
}
