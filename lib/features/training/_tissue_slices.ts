import { createRandom, type Random } from "@ctsurv/base/mod.ts";
import {
  drawPatient,
  phantomClaro,
  phantomLung1,
  type PhantomPatient,
  type PhantomScan,
  type PhantomSpec,
  type PhantomTumour,
  renderPhantom,
} from "@ctsurv/cohort/mod.ts";
import {
  type Box,
  defaultSettings,
  type LungSegmenter,
  preprocess,
  type PreprocessedScan,
  resampleMask,
  resizeSlice,
  type Volume,
  windowHu,
} from "@ctsurv/imaging/mod.ts";

/** Rows and columns of a slice, as EfficientNet-B0 takes them, and of its last feature maps. */
export const [SLICE_SIZE, CELLS] = [224, 7] as const;

/** What the backbone learns to see in every cell, in the order of the readout's outputs. */
export const TISSUES = ["tumour", "lung", "height", "density"] as const;

/** Slices as the network takes them, with their truth. */
export interface TissueSlices {
  /** In [0, 1], [count, 224, 224]. */
  readonly input: Float32Array;
  /** Of each cell of 32 x 32 pixels: [count, 7 x 7, 4], in the order of {@linkcode TISSUES}. */
  readonly truth: Float32Array;
  readonly count: number;
}

/** A phantom as the pipeline sees it, with the truth on the same grid. */
export interface TissuePhantom {
  readonly patient: PhantomPatient;
  readonly scan: PreprocessedScan;
  /** 1 lung, 2 tumour; [slices, rows, columns] of the resampled volume. */
  readonly labels: Uint8Array;
}

/**
 * Trainings draw phantoms of the seeds 6e9 to 7e9, evaluations of 8e9. Cohorts have small seeds, such as 42, and
 * the U-Net's phantoms 1e9 to 2e9 and 5e9.
 */
export const [TRAINING_SEEDS, EVALUATION_SEED, SEEDS] = [6e9, 8e9, 1e9] as const;

/** Crops of one phantom. */
const PHANTOM_CROPS = 32;
/** Share of the crops that are taken from the slices with tumour. Of all slices about a quarter have some. */
const TUMOUR_CROPS = 0.5;
/** The most by which an edge of a crop is moved, as a share of the crop: lungs are never found to the pixel. */
const JITTER = 0.06;

/**
 * Draws the `chunk`-th group of crops of a training: a new phantom patient, and some of its slices. A pure function of seed
 * and chunk. No survival time is read.
 */
export async function drawTissueSlices(seed: number, chunk: number, count = PHANTOM_CROPS): Promise<TissueSlices> {
  const random = createRandom(TRAINING_SEEDS + seed, "tissue", chunk);
  const phantom = await preparePhantom(trainingSpec(random), TRAINING_SEEDS + seed, chunk + 1);
  const { kept } = phantom.scan;
  const withTumour = kept.filter((slice) => plane(phantom.labels, phantom.scan, slice).includes(TUMOUR));
  const crops = Array.from({ length: count }, () => {
    const from = withTumour.length > 0 && random.uniform() < TUMOUR_CROPS ? withTumour : kept;
    return { slice: from[random.integer(0, from.length - 1)]!, box: jittered(phantom.scan, random) };
  });
  return cutCrops(phantom, crops);
}

/** One of the two cohorts' recipes on a scanner of its own. */
function trainingSpec(random: Random): PhantomSpec {
  const base = random.uniform() < 0.7 ? phantomLung1 : phantomClaro;
  const noise = random.between(4, 18);
  const scanner = {
    ...base.scanners[0],
    fieldOfView: random.between(410, 530),
    sliceSpacing: random.uniform() < 0.5 ? 3 : random.between(2, 4),
    noise: [noise, noise] as const,
    blur: random.between(0.05, 0.28),
    offset: random.between(-10, 10),
  };
  return { ...base, contrast: { share: 0.7, enhancement: [60, 230] }, scanners: [scanner] };
}

/** Renders a patient and preprocesses the scan, by default with the truth as the lungs. */
export async function preparePhantom(
  spec: PhantomSpec,
  seed: number,
  number: number,
  segmenter?: LungSegmenter,
): Promise<TissuePhantom> {
  const patient = drawPatient(spec, seed, number);
  const rendered = renderPhantom(spec, seed, patient);
  const volume = volumeOf(rendered);
  const toGrid = (grid: Volume) => resampleMask(rendered.labels, volume, grid);
  const truth: LungSegmenter = {
    name: "truth",
    segment: (grid) => Promise.resolve(toGrid(grid).map((label) => label === 0 ? 0 : 1)),
  };
  const scan = await preprocess(volume, { segmenter: segmenter ?? truth, where: patient.record.patient });
  return { patient, scan, labels: toGrid(scan.resampled) };
}

function volumeOf({ hu, shape, affine }: PhantomScan): Volume {
  return { hu, shape, affine, spacing: [affine[10], affine[5], affine[0]], orientation: "LPS" };
}

function jittered({ box, resampled: { shape } }: PreprocessedScan, random: Random): Box {
  const move = ([first, last]: Box["rows"], size: number) => {
    const reach = JITTER * (last - first + 1);
    const [low, high] = [0, 0].map(() => Math.round(random.between(-reach, reach))) as [number, number];
    return [Math.max(0, first + low), Math.min(size - 1, last + high)] as const;
  };
  return { rows: move(box.rows, shape[1]), columns: move(box.columns, shape[2]) };
}

/** A slice, by its index in the resampled volume, and the rectangle that is cut out of it. */
export interface Crop {
  readonly slice: number;
  readonly box: Box;
}

/** Cuts crops out of a phantom, with what is in each of their cells. */
export function cutCrops({ patient, scan, labels }: TissuePhantom, crops: readonly Crop[]): TissueSlices {
  const pixels = SLICE_SIZE ** 2;
  const numbers = CELLS ** 2 * TISSUES.length;
  const [input, truth] = [new Float32Array(crops.length * pixels), new Float32Array(crops.length * numbers)];
  const columns = scan.resampled.shape[2];
  crops.forEach(({ slice, box }, k) => {
    const hu = resizeSlice(plane(scan.resampled.hu, scan, slice), columns, box, SLICE_SIZE);
    input.set(windowHu(hu, defaultSettings.window), k * pixels);
    const shares = cellShares(plane(labels, scan, slice), columns, box);
    const height = (slice - scan.first) / Math.max(1, scan.last - scan.first);
    shares.forEach((share, cell) => {
      truth.set(cellTruth(share, height, patient.tumour), k * numbers + cell * TISSUES.length);
    });
  });
  return { input, truth, count: crops.length };
}

/** One slice of the resampled volume, or of the labels on its grid. */
function plane<T extends Volume["hu"] | Uint8Array>(volume: T, { resampled }: PreprocessedScan, slice: number): T {
  const [, rows, columns] = resampled.shape;
  return volume.subarray(slice * rows * columns, (slice + 1) * rows * columns) as T;
}

/**
 * The truth of a cell. The tumour's density is its deviation from the median in standard deviations, multiplied by the
 * tumour's share, since there is nothing to see of it where the tumour is not. The mean over cells is then the density
 * times the tumour's area.
 */
function cellTruth({ lung, tumour }: Shares, height: number, facts: PhantomTumour): number[] {
  return [tumour, lung, height, tumour * facts.deviations.density];
}

interface Shares {
  readonly lung: number;
  readonly tumour: number;
}

const [LUNG, TUMOUR] = [1, 2];

/** The shares of lung and tumour in the 7 x 7 cells of a box. A pixel belongs to the cell that has its centre. */
export function cellShares(labels: Uint8Array, columns: number, box: Box): readonly Shares[] {
  const counts = Array.from({ length: CELLS ** 2 }, () => [0, 0, 0]);
  const cellOf = (i: number, [first, last]: Box["rows"]) => Math.floor((i - first + 0.5) * CELLS / (last - first + 1));
  for (let row = box.rows[0]; row <= box.rows[1]; row++) {
    const start = CELLS * cellOf(row, box.rows);
    for (let column = box.columns[0]; column <= box.columns[1]; column++) {
      counts[start + cellOf(column, box.columns)]![labels[row * columns + column]!]!++;
    }
  }
  return counts.map((count) => {
    const pixels = count.reduce((sum, value) => sum + value, 0);
    return { lung: count[LUNG]! / pixels, tumour: count[TUMOUR]! / pixels };
  });
}
