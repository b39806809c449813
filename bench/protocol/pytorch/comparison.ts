import { formatSeconds } from "@ctsurv/base/mod.ts";
import { formatNumber } from "@ctsurv/report/mod.ts";
import { ALL_FOLDS, ALL_PATIENTS } from "../stages.ts";
import { markdownTable } from "../table.ts";
import type { Usage } from "../usage.ts";

/** A stage, here and in PyTorch, on the same patients and cores. */
export interface ComparedStage {
  /** `slices`, `features-alexnet` or `folds-alexnet`. */
  readonly stage: string;
  /** Null where the slices of PyTorch's are ours. */
  readonly slices: number | null;
  readonly ours: Usage;
  readonly pytorch: Usage;
}

/** Steps with the backbone in each of them, as in the authors' code. */
export interface UncachedSteps extends Usage {
  readonly backbone: string;
  /** Patients that went through them, each once. */
  readonly patients: number;
}

/** What is committed. */
export interface Comparison {
  readonly kind: "protocol against PyTorch";
  readonly patients: number;
  readonly folds: number;
  readonly epochs: number;
  readonly cores: number;
  readonly load: { readonly start: number; readonly end: number };
  /** Of PyTorch's slices with ours: patients with as many slices, and the mean difference of pixels of those. */
  readonly agreement: { readonly sameSlices: number; readonly meanDifference: number };
  readonly stages: readonly ComparedStage[];
  readonly uncached: readonly UncachedSteps[];
  readonly torch: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: { readonly os: string; readonly cpu: string; readonly memory: number };
}

/** Processor time of the whole protocol, for the backbones that were compared, in seconds. */
export interface WholeProtocol {
  readonly ours: number;
  readonly cached: number;
  readonly uncached: number;
}

/** Extrapolates to all patients and folds, linearly: neither a patient nor a fold takes longer for the others. */
export function wholeProtocol({ patients, folds, epochs, stages, uncached }: Comparison): WholeProtocol {
  const [byPatients, byFolds] = [ALL_PATIENTS / patients, ALL_FOLDS / folds];
  const whole = (of: "ours" | "pytorch") =>
    stages.reduce((sum, one) => {
      const factor = one.stage.startsWith("folds-") ? byPatients * byFolds : byPatients;
      return sum + factor * one[of].cpuSeconds;
    }, 0);
  // A fold trains on all patients but its own.
  const seen = ALL_PATIENTS * (ALL_FOLDS - 1) * epochs;
  const steps = uncached.reduce((sum, one) => sum + seen * one.cpuSeconds / one.patients, 0);
  const slices = stages.find(({ stage }) => stage === "slices");
  return {
    ours: whole("ours"),
    cached: whole("pytorch"),
    uncached: steps + (slices ? byPatients * slices.pytorch.cpuSeconds : 0),
  };
}

/** The stages and their ratios, as Markdown. */
export function comparisonTable(comparison: Comparison): string {
  const { stages, uncached, patients } = comparison;
  const whole = wholeProtocol(comparison);
  const times = (ratio: number) => `${formatNumber(ratio, ratio < 10 ? 1 : 0)} ×`;
  const ratioOf = (of: (usage: Usage) => number, { ours, pytorch }: ComparedStage) => times(of(pytorch) / of(ours));
  const header = ["stage", "on", "ours", "PyTorch", "processor time", "by the clock"];
  const rows = stages.map((one) => [
    one.stage,
    `${patients} patients`,
    formatSeconds(one.ours.cpuSeconds),
    formatSeconds(one.pytorch.cpuSeconds),
    ratioOf(({ cpuSeconds }) => cpuSeconds, one),
    ratioOf(({ wallSeconds }) => wallSeconds, one),
  ]);
  const steps = uncached.map(({ backbone, patients, cpuSeconds }) => [
    `uncached steps, ${backbone}`,
    `${patients} patients once`,
    "–",
    formatSeconds(cpuSeconds),
    "–",
    "–",
  ]);
  const total = (name: string, theirs: number) => [
    name,
    `extrapolated to ${ALL_PATIENTS}`,
    formatSeconds(whole.ours),
    formatSeconds(theirs),
    times(theirs / whole.ours),
    "–",
  ];
  return markdownTable([
    header,
    ...rows,
    ...steps,
    total("all of it, features cached", whole.cached),
    total("all of it, uncached", whole.uncached),
  ]);
}
