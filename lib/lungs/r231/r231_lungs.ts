import { InputError } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  tf,
  toTensors,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { hashParameters, r231Shape, type UNet, uNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import {
  type Checkpoint,
  findEntries,
  type Float32Entry,
  isStepCount,
  matchNetwork,
  openCheckpoint,
  type PretrainedFile,
  refuseBadNumbers,
} from "@ctsurv/weights/mod.ts";
import type { NetworkLungs } from "../lung_segmenters.ts";
import { r231Postprocess } from "./r231_postprocess.ts";
import { R231_SIZE, r231Inputs, r231Paint } from "./r231_slices.ts";

/** R231's network, ready to run. */
export interface R231Network {
  /**
   * The likeliest class of every pixel: 0 background, 1 right lung, 2 left lung.
   *
   * @param images [count, 256, 256], as `r231Inputs()` makes them.
   * @returns [count, 256, 256]
   */
  classify(images: Float32Array): Promise<Uint8Array>;
  /** Multiply-accumulates for one slice. */
  readonly macsPerSlice: number;
  /** Frees the network. */
  dispose(): Promise<void>;
}

/** Compiles R231's network for `batch` slices at a time. */
export async function r231Network(engine: Engine, parameters: UNet<HostTensor>, batch: number): Promise<R231Network> {
  const tensors = toTensors(parameters);
  const shape = [batch, R231_SIZE, R231_SIZE, 1] as const;
  const program = await compile(engine, ({ slices }) => ({ classes: tf.argMax(uNet(slices, tensors), 3) }), {
    slices: float32(...shape),
  });
  const pixels = R231_SIZE * R231_SIZE;
  return {
    macsPerSlice: program.macs / batch,
    async classify(images) {
      const classes = new Uint8Array(images.length);
      for (let from = 0; from < images.length; from += batch * pixels) {
        // The last batch is filled up with empty slices, whose classes are dropped.
        const data = new Float32Array(batch * pixels);
        data.set(images.subarray(from, from + data.length));
        const outputs = await program.run({ slices: hostTensor(data, shape) });
        classes.set((await outputs.classes.read()).subarray(0, images.length - from), from);
        outputs.classes.dispose();
      }
      return classes;
    },
    dispose: () => program.dispose(),
  };
}

/** Options of {@linkcode r231Lungs}. */
export interface R231LungsOptions {
  /**
   * Slices that go through the network at a time. Each takes some 170 MB more and, on a CPU, as long as before.
   * @default {1}
   */
  readonly batch?: number;
}

/** Raised whenever the same weights no longer give the same masks. */
const VERSION = 1;

/**
 * Finds lungs with lungmask's R231 (Hofmanninger 2020, doi 10.1186/s41747-020-00173-2). All steps are those of lungmask
 * 0.2.22, from the body's box to the cleaned-up mask; right and left lung become one. Tumours and effusions are
 * included, the trachea is left out.
 *
 * The network is compiled for the first volume and kept.
 */
export function r231Lungs(
  engine: Engine,
  { parameters, sha256 }: R231Weights,
  { batch = 1 }: R231LungsOptions = {},
): NetworkLungs {
  let network: Promise<R231Network> | undefined;
  return {
    name: `lungmask R231 ${sha256.slice(0, 8)}, version ${VERSION}`,
    async segment(volume) {
      network ??= r231Network(engine, parameters, batch);
      const { images, boxes } = r231Inputs(volume);
      const classes = await (await network).classify(images);
      return r231Paint(r231Postprocess(classes, [boxes.length, R231_SIZE, R231_SIZE]), boxes, volume.shape);
    },
    async dispose() {
      await (await network)?.dispose();
      network = undefined;
    },
  };
}

/** Whether a tensor of lungmask's state dict is never used by its network. */
function isUnusedByR231(name: string): boolean {
  return isStepCount(name) || findEntries("unet_r231").some(({ ignore }) => ignore?.(name));
}

/**
 * R231's parameters from the tensors of lungmask's state dict, in whatever file they were kept.
 *
 * @param where The file, for messages.
 * @throws {InputError} If a tensor is missing, has another shape, or is not one of R231's.
 */
export function r231Parameters(tensors: ReadonlyMap<string, Float32Entry>, where: string): UNet<HostTensor> {
  const classes = tensors.get("last.weight")?.shape[0];
  if (classes !== undefined && classes !== r231Shape.classes) {
    throw new InputError(
      `${where}: weights for ${classes} classes; R231 has ${r231Shape.classes} (background, right lung, left lung)` +
        (classes === 6 ? ". These are lungmask's LTRCLobes: take unet_r231" : ""),
    );
  }
  const spec = uNetSpec(r231Shape) as unknown as Tree<TensorSpec>;
  const known = new Set(leaves(spec, isSpec).map(({ path }) => path));
  const unknown = [...tensors.keys()].find((name) => !known.has(name) && !isUnusedByR231(name));
  if (unknown !== undefined) throw new InputError(`${where}: "${unknown}" is no tensor of lungmask's R231`);
  return mapTree(spec, isSpec, ({ shape }, path) => {
    const entry = tensors.get(path);
    if (!entry) throw new InputError(`${where}: "${path}" [${shape.join(", ")}] of lungmask's R231 is missing`);
    if (entry.shape.join() !== shape.join()) {
      throw new InputError(`${where}: "${path}" is [${entry.shape.join(", ")}]; R231's is [${shape.join(", ")}]`);
    }
    return hostTensor(entry.data, shape);
  }) as unknown as UNet<HostTensor>;
}

/** The network of lungmask's R231. */
export interface R231Weights {
  readonly parameters: UNet<HostTensor>;
  /** SHA-256 over names and numbers of all parameters, lower-case hex: the same whatever file they came from. */
  readonly sha256: string;
}

/**
 * Reads lungmask's R231 from the file that its authors publish, or from a safetensors file of the same state dict.
 *
 * @throws {InputError} If the file does not exist, holds something else, or numbers that cannot be used.
 */
export async function readR231(path: string): Promise<R231Weights> {
  if (!await Deno.stat(path).catch(() => undefined)) {
    const [{ url }] = findEntries("unet_r231") as [PretrainedFile];
    throw new InputError(`${path}: no such file. R231's weights are at ${url}; put them there`);
  }
  using file = await openCheckpoint(path);
  const tensors = new Map<string, Float32Entry>();
  for (const [name, source] of namesIn(file)) {
    const { data, dtype, shape } = await file.read(source);
    if (!(data instanceof Float32Array)) throw new InputError(`${path}: "${source}" is ${dtype}, not float32`);
    refuseBadNumbers(data, source, path);
    tensors.set(name, { shape, data });
  }
  const parameters = r231Parameters(tensors, path);
  return { parameters, sha256: hashParameters(parameters as unknown as Tree<HostTensor>) };
}

/** The file's name of each tensor by R231's: under whatever prefix, or else as they are, for `r231Parameters` to refuse. */
function namesIn(file: Checkpoint): ReadonlyMap<string, string> {
  try {
    return matchNetwork(file, findEntries("unet_r231")).sources;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return new Map([...file.tensors.keys()].filter((name) => !isUnusedByR231(name)).map((name) => [name, name]));
  }
}
