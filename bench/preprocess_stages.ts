import { join } from "node:path";
import { ensurePhantom, openCohort } from "@ctsurv/cohort/mod.ts";
import {
  canonicalOrientation,
  cropBox,
  defaultSettings,
  type LungSegmenter,
  readVolume,
  resample,
  resizeSlice,
  selectSlices,
  type Volume,
  windowHu,
  writeNifti,
  writeNpy,
} from "@ctsurv/imaging/mod.ts";
import type { Measurement } from "./contestant.ts";
import { peakMegabytes } from "./peak_megabytes.ts";

const REPEATS = 5;

/** The stages of `ctsurv preprocess` on one scan. */
export interface StageTimes {
  readonly segmenter: string;
  readonly shape: readonly number[];
  readonly kept: number;
  readonly stages: readonly Measurement[];
  /** The process's largest resident memory so far. */
  readonly peakMegabytes: number;
}

/**
 * Times every stage of `ctsurv preprocess`.
 *
 * @param options.scan A scan; without one, a phantom is made in a folder that is gone afterwards.
 */
export async function preprocessStages(
  segmenter: LungSegmenter,
  options: { readonly scan?: string | undefined } = {},
): Promise<StageTimes> {
  const dir = await Deno.makeTempDir();
  try {
    const scan = options.scan ?? await makePhantom(join(dir, "cohort"));
    const times = new Map<string, number[]>();
    const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
      const start = performance.now();
      const result = await work();
      times.set(name, [...times.get(name) ?? [], performance.now() - start]);
      return result;
    };
    let last: { volume: Volume; kept: number } | undefined;
    for (let i = 0; i < REPEATS; i++) {
      const whole = performance.now();
      const { volume } = await timed("read", () => readVolume(scan));
      const resampled = await timed(
        "orient and resample",
        () => resample(canonicalOrientation(volume, scan), defaultSettings),
      );
      const lungs = await timed("find lungs", () => segmenter.segment(resampled));
      const slices = await timed("select, crop and resize", () => cutOut(resampled, lungs));
      await timed("write", async () => {
        const { shape, affine } = resampled;
        await writeNpy(join(dir, "slices.npy"), slices);
        await writeNifti(join(dir, "lungs.nii.gz"), { data: lungs, shape, affine });
      });
      times.set("all of it", [...times.get("all of it") ?? [], performance.now() - whole]);
      last = { volume, kept: slices.shape[0]! };
    }
    return {
      segmenter: segmenter.name,
      shape: last!.volume.shape,
      kept: last!.kept,
      stages: [...times].sort(([a], [b]) => Number(b === "all of it") - Number(a === "all of it"))
        .map(([name, ms]) => ({ name, times: ms })),
      peakMegabytes: await peakMegabytes(),
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function makePhantom(dir: string): Promise<string> {
  await ensurePhantom("phantom-lung1", dir, { patients: 1, workers: 1 });
  return (await openCohort(dir)).patients[0]!.image;
}

/** The last stages, as `preprocess()` goes about them. */
export function cutOut({ hu, shape }: Volume, lungs: Uint8Array) {
  const { size, window } = defaultSettings;
  const [, rows, columns] = shape;
  const { kept } = selectSlices(lungs, shape, defaultSettings);
  const box = cropBox(lungs, shape, kept);
  const data = new Float32Array(kept.length * size * size);
  kept.forEach((slice, i) => {
    const plane = hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    data.set(windowHu(resizeSlice(plane, columns, box, size), window), i * size * size);
  });
  return { data, shape: [kept.length, size, size] };
}
