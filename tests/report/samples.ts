import { createRandom } from "@ctsurv/base/mod.ts";
import * as report from "@ctsurv/report/mod.ts";
import { summariseFolds } from "@ctsurv/training/mod.ts";

/** Made-up results, good for nothing but drawing. */
export function sampleResult(): report.Table1Result {
  const random = createRandom(1, "samples");
  const model = (model: string, name: string): report.ModelResult => {
    const folds = Array.from({ length: 10 }, (_, i) => ({
      fold: i + 1,
      patients: 8,
      events: 5,
      ctd: i === 3 ? null : random.between(0.45, 0.8),
    }));
    const pooled = { value: 0.62, interval: [0.55, 0.69] as [number, number] };
    const view = { kind: "slice", slices: 6, size: 224 } as const;
    return {
      model,
      name,
      weights: { kind: "seeded", hash: "abc" },
      view,
      folds,
      ...summariseFolds(folds.flatMap(({ ctd }) => ctd ?? [])),
      pooled,
    };
  };
  return {
    kind: "table1",
    cohort: { name: "made-up", hash: "0", patients: 80, events: 50, bestReachableCtd: 0.82 },
    profile: "smoke",
    models: [
      { ...model("efficientnet_b0", "EfficientNetB0 + soft attention"), ...sampleWithinFolds(), aggregation: "gated" },
      model("average_pooling", "EfficientNetB0 + average pooling"),
      model("not_in_paper", "A model that the paper does not have"),
    ],
  };
}

/** What rows have since 0.2; the other samples are as 0.1 wrote them. */
function sampleWithinFolds(): Pick<
  report.ModelResult,
  "ctdWithinFolds" | "atHorizon" | "constantLoss" | "coxOnFeatures"
> {
  const entry = { value: 0.64, interval: { low: 0.57, high: 0.71 }, comparable: 320 };
  const variants = { risk: entry, antolini: entry, adj_antolini: entry, lab: entry, authors: entry };
  const auc = { value: 0.66, interval: { low: 0.58, high: 0.73 }, comparable: 140 };
  return {
    ctdWithinFolds: { pre: variants, post: variants },
    coxOnFeatures: {
      mean: 0.7,
      stdSample: 0.05,
      ctdWithinFolds: { value: 0.71, interval: { low: 0.6, high: 0.8 }, comparable: 120 },
      auc,
    },
    atHorizon: { months: 24, auc, aucPooled: { ...auc, value: 0.63 }, brier: 0.22, integratedBrier: 0.18, ici: 0.1 },
    constantLoss: 1.85,
  };
}

/** One of each figure. */
export function sampleFigures(): Readonly<Record<string, report.Figure>> {
  const random = createRandom(2, "samples");
  const months = Array.from({ length: 25 }, (_, i) => i);
  const curve = (patient: string, hazard: number) => ({ patient, survival: months.map((m) => Math.exp(-hazard * m)) });
  const { models, cohort } = sampleResult();
  return {
    folds: report.foldFigure(models, cohort),
    one_model: report.foldFigure(models.slice(0, 1), cohort),
    survival: report.survivalCurves(months, [
      { ...curve("LUNG1-001", 0.02), observed: { months: 24, event: false } },
      { ...curve("LUNG1-003", 0.06), observed: { months: 9.3, event: true } },
      curve("LUNG1-005", 0.12),
    ]),
    loss: report.lossCurve([
      { name: "loss", values: months.map((m) => 1.2 + 2 * Math.exp(-m / 6)) },
      { name: "L1", values: months.map((m) => 0.9 + Math.exp(-m / 6)) },
    ]),
    histogram: report.histogram(Array.from({ length: 80 }, () => random.integer(50, 95)), {
      heading: "Kept slices",
      label: "kept slices per patient",
    }),
    attention: report.attentionFigure(months.map((m) => Math.exp(-((m - 9) ** 2) / 18) + 0.1), {
      patient: "phantom <007> & co",
      tumours: [[7, 11]],
    }),
    strip: report.attentionStrip(months.slice(0, 20).map((m) => Math.exp(-((m - 9) ** 2) / 18) + 0.1), {
      patient: "phantom <007> & co",
      tumours: [[7, 11]],
      ...sampleStack(),
    }),
    kaplan_meier: report.kaplanMeierFigure([
      { label: "lower <risk>", months: months.map((m) => m + 1), event: months.map((m) => m % 3 === 0 ? 1 : 0) },
      { label: "higher & risk", months: months.map((m) => m / 2 + 1), event: months.map((m) => m % 4 === 0 ? 0 : 1) },
    ]),
    cost: report.costFigure([
      { model: "efficientnet_b0", name: "EfficientNetB0", macsPerPatient: 2e9 },
      { model: "average_pooling", name: "Average & pooling", macsPerPatient: 3e9 },
    ], models),
  };
}

/** A ball in noise with a mask and a box. */
export function sampleStack() {
  const shape = [20, 64, 80] as const;
  const random = createRandom(3, "samples");
  const data = new Float32Array(20 * 64 * 80);
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [z, y, x] = [Math.floor(i / 5120), Math.floor(i / 80) % 64, i % 80];
    const inside = (4 * (z - 10)) ** 2 + (y - 32) ** 2 + (x - 40) ** 2 < 24 ** 2;
    mask[i] = inside ? 1 : 0;
    data[i] = (inside ? 0.8 : 0.2) + 0.1 * random.normal();
  }
  return { stack: { data, shape }, mask, box: { rows: [6, 58], columns: [12, 70] } as const };
}

const differing = (difference: number, half: number) => ({
  difference,
  low: difference - half,
  high: difference + half,
  level: 0.95,
  p: 0.2,
  replicates: 1000,
});

/** A model under four choices: one that clearly moves it, one that hardly does, one without effect, one without a pair. */
export const multiverse: report.MultiverseResult = {
  kind: "multiverse",
  cohort: { name: "made-up", hash: "0", patients: 80, events: 50 },
  profile: "smoke",
  model: "efficientnet_b0",
  headline: { protocol: "workshop", ctd: { value: 0.62, interval: { low: 0.55, high: 0.69 } }, mean: 0.61 },
  rows: [
    ["initialisation", "xavier", "looks-linear", differing(-0.08, 0.05)],
    ["attention", "linear", "gated", differing(0.02, 0.04)],
    ["readout", "penultimate", "pooled", differing(0, 0)],
    ["months", "authors", "30.4375", null],
  ].map((row) => {
    const [choice, value, headline, difference] = row as [string, string, string, report.MultiverseRow["difference"]];
    return {
      name: `${choice}=${value}`,
      title: `${choice}: ${value}`,
      headline,
      patients: 80,
      ctd: { value: difference && 0.62 + difference.difference, interval: difference && { low: 0.5, high: 0.7 } },
      mean: 0.6,
      difference,
      ...choice === "readout" ? { effect: "none", note: "the same <features>" } : { effect: "moved" },
    } as report.MultiverseRow;
  }),
  missing: [{ name: "lungs=r231", reason: "no weights" }],
  provenance: {
    engine: "onnx",
    provider: "cpu",
    weights: { kind: "seeded", hash: "abc" },
    lungs: "U-Net",
    cohort: { name: "made-up", hash: "0" },
    profile: "smoke",
    seeds: { training: 42 },
    versions: { ctsurv: "0.2.0" },
    git: null,
    machine: { os: "linux", cpu: "none", cores: 2, memory: 8 },
  },
};
