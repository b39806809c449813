import { phantomClaro, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import type { LungSegmenter } from "@ctsurv/imaging/mod.ts";
import { type Backbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { imageFeatureExtractor } from "../feature_extractor.ts";
import { tissueReadout } from "./_readout.ts";
import { CELLS, cutCrops, EVALUATION_SEED, preparePhantom, SLICE_SIZE, TISSUES } from "./_tissue_slices.ts";

/** What is read out of a slice, and what is in it, both averaged over its cells. */
export interface ReadSlice {
  /** PatientID of the phantom. */
  readonly patient: string;
  /** Read from the features: tumour, lung, height, density. */
  readonly read: readonly number[];
  /** The truth of the same. */
  readonly truth: readonly number[];
}

/** Pearson's r of what is read out, over slices. */
export interface TissueScores {
  /** Phantoms that were read. */
  readonly phantoms: number;
  /** Their slices. */
  readonly slices: number;
  /** The area of tumour as a share of the crop. */
  readonly tumour: number;
  /** The area of lung as a share of the crop. */
  readonly lung: number;
  /** The height of the slice, from 0 in the lowest to 1 in the highest that is kept. */
  readonly height: number;
  /** The tumour's density, as a deviation from the median, times its area. */
  readonly density: number;
}

/** Options of {@linkcode scoreBackbone}. */
export interface ScoreBackboneOptions {
  /** Finds the lungs, as for a cohort. @default {the truth} */
  readonly segmenter?: LungSegmenter;
  /** Phantoms, of both cohorts by turns. @default {20} */
  readonly patients?: number;
  /** Slices of each, evenly spaced. @default {12} */
  readonly slices?: number;
  /** Called after each phantom. */
  readonly onPatient?: () => void;
}

/**
 * Reads slices of phantoms that neither a training nor a built-in cohort has, in evaluation mode: from the features of a
 * slice the readout gives the mean over its cells, since both are linear.
 */
export async function scoreBackbone(
  engine: Engine,
  backbone: Backbone,
  { segmenter, patients = 20, slices = 12, onPatient = () => {} }: ScoreBackboneOptions = {},
): Promise<TissueScores> {
  const { architecture } = backbone;
  const extractor = await imageFeatureExtractor(engine, backbone, {
    shape: [SLICE_SIZE, SLICE_SIZE],
    prepare: (images) => toNetworkInput(images, architecture),
  });
  const all: ReadSlice[] = [];
  try {
    for (let number = 1; number <= patients; number++) {
      const cohort = number % 2 === 1 ? phantomLung1 : phantomClaro;
      const phantom = await preparePhantom(cohort, EVALUATION_SEED, number, segmenter);
      const { kept, box } = phantom.scan;
      const seen = Array.from({ length: slices }, (_, i) => kept[Math.floor((i + 0.5) * kept.length / slices)]!);
      const { input, truth } = cutCrops(phantom, seen.map((slice) => ({ slice, box })));
      const features = await extractor.extract(input);
      seen.forEach((_, k) => {
        all.push({
          patient: phantom.patient.record.patient,
          read: readOut(features.subarray(k * architecture.features, (k + 1) * architecture.features)),
          truth: meanOverCells(truth, k),
        });
      });
      onPatient();
    }
  } finally {
    await extractor.dispose();
  }
  return scoreSlices(all);
}

function readOut(features: Float32Array): number[] {
  const { weight, bias } = tissueReadout();
  return TISSUES.map((_, output) =>
    features.reduce((sum, value, i) => sum + value * weight[i * TISSUES.length + output]!, bias[output]!)
  );
}

function meanOverCells(truth: Float32Array, k: number): number[] {
  const cells = CELLS ** 2;
  return TISSUES.map((_, output) => {
    let sum = 0;
    for (let cell = 0; cell < cells; cell++) sum += truth[(k * cells + cell) * TISSUES.length + output]!;
    return sum / cells;
  });
}

/** Pearson's r of each output over slices, rounded to four digits. */
export function scoreSlices(slices: readonly ReadSlice[]): TissueScores {
  const r = (name: typeof TISSUES[number]) => {
    const output = TISSUES.indexOf(name);
    return Number(
      correlation(slices.map(({ read }) => read[output]!), slices.map(({ truth }) => truth[output]!)).toFixed(4),
    );
  };
  return {
    phantoms: new Set(slices.map(({ patient }) => patient)).size,
    slices: slices.length,
    tumour: r("tumour"),
    lung: r("lung"),
    height: r("height"),
    density: r("density"),
  };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - ma, b[i]! - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}
