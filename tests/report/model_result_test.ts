import { assertEquals } from "@std/assert";
import { modelResult, provenance } from "@ctsurv/report/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";

const row = {
  model: "efficientnet_b0",
  name: "B0",
  weights: { kind: "seeded", hash: "abc" },
  view: { kind: "slice", slices: "all", size: 224 },
  provenance: await provenance({
    engine: "onnx",
    provider: "cpu",
    weights: { kind: "seeded", hash: "abc" },
    lungs: "U-Net",
    cohort: { name: "made-up", hash: "def" },
    profile: "smoke",
    seeds: { folds: 42 },
  }),
} as const;
const pooled = concordanceTable({ times: [0, 1], survival: [[1, 0.5], [1, 0.6]], months: [0.5, 1], event: [1, 0] });

Deno.test("modelResult() counts folds from 1 and takes the primary Ctd", () => {
  const result = modelResult({
    folds: [
      { fold: 0, patients: 1, events: 1, ctd: { value: null } },
      { fold: 1, patients: 1, events: 0, ctd: { value: 0.25 } },
    ],
    mean: 0.25,
    stdSample: null,
    stdPopulation: 0,
    pooled,
    interval: { low: 0.1, high: 0.9, level: 0.95, replicates: 10 },
  }, row);
  assertEquals(result, {
    ...row,
    folds: [{ fold: 1, patients: 1, events: 1, ctd: null }, { fold: 2, patients: 1, events: 0, ctd: 0.25 }],
    mean: 0.25,
    stdSample: null,
    stdPopulation: 0,
    pooled: { value: 1, interval: [0.1, 0.9] },
  });
});

Deno.test("modelResult() has no interval where there is none", () => {
  const nothing = { folds: [], mean: null, stdSample: null, stdPopulation: null, pooled, interval: null };
  assertEquals(modelResult(nothing, row).pooled.interval, [null, null]);
});
