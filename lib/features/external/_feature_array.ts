import { InputError } from "@ctsurv/base/mod.ts";
import { readNpy } from "@ctsurv/imaging/mod.ts";
import { openCheckpoint } from "@ctsurv/weights/mod.ts";

/** The features of a patient, as a file holds them. */
export interface FeatureArray {
  /** [slices, features] in C order. */
  readonly features: Float32Array;
  readonly slices: number;
  /** Features of a slice. */
  readonly width: number;
  /** Whether the file has one row for each slice; else it has one vector for the patient. */
  readonly isPerSlice: boolean;
}

/** 1 GiB: a thousand slices of 250,000 features. */
const MOST_BYTES = 2 ** 30;

/**
 * Reads the features of one patient: an array of float16, float32 or float64, [slices, features] or [features].
 *
 * @throws {InputError} If the file holds something else, is empty or enormous, or a number is not finite as float32.
 */
export async function readFeatureArray(path: string): Promise<FeatureArray> {
  const { size } = await Deno.stat(path);
  if (size > MOST_BYTES) {
    throw new InputError(`${path} has ${size} bytes; features of a patient are at most ${MOST_BYTES}`);
  }
  const { data, shape } = path.endsWith(".npy") ? await readNpy(path) : await readOnlyTensor(path);
  if (!(data instanceof Float16Array || data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InputError(
      `${path}: features are float16, float32 or float64, not whole numbers. Save array.astype("<f4")`,
    );
  }
  const [slices, width] = shape.length === 2 ? shape : [1, shape[0]];
  if ((shape.length !== 1 && shape.length !== 2) || data.length === 0) {
    throw new InputError(
      `${path}: shape (${shape.join(", ")}); features are (slices, features) or (features,), not empty`,
    );
  }
  const features = Float32Array.from(data);
  const bad = features.findIndex((x) => !Number.isFinite(x));
  if (bad !== -1) {
    throw new InputError(
      `${path}: feature ${bad % width! + 1} of row ${Math.floor(bad / width!) + 1} is ${
        data[bad]
      }, no finite float32. ` +
        "Leave the patient out of the index, or make the features again",
    );
  }
  return { features, slices: slices!, width: width!, isPerSlice: shape.length === 2 };
}

async function readOnlyTensor(path: string) {
  using file = await openCheckpoint(path);
  if (file.kind !== "safetensors") throw new InputError(`${path} is not a safetensors file`);
  const names = [...file.tensors.keys()];
  const name = names.length === 1 ? names[0]! : names.find((one) => one === "features");
  if (name === undefined) {
    throw new InputError(
      `${path} has ${
        names.length === 0 ? "no tensor" : `the tensors ${names.slice(0, 5).join(", ")}`
      }: it needs one, or ` +
        'one that is named "features"',
    );
  }
  return await file.read(name);
}
