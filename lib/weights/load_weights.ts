import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  type MapTree,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { refuseBadNumbers } from "./check_numbers.ts";
import type { CheckpointNumbers } from "./formats/stored_tensor.ts";
import type { Checkpoint } from "./open_checkpoint.ts";

/** The name and shape of a tensor. */
export interface NamedShape {
  /** As in a state dict: `layer4.2.conv1.weight`. */
  readonly name: string;
  /** The size of each axis. */
  readonly shape: readonly number[];
}

/** Turns the names and shapes of a file into those of an architecture. The numbers and their order stay the same. */
export interface NameMap {
  /** The architecture's name and shape for a tensor of the file. @default {the file's own} */
  readonly rename?: (tensor: NamedShape) => NamedShape;
  /** Whether the architecture does not need a tensor, by its name in the file. @default {it needs all} */
  readonly ignore?: (name: string) => boolean;
}

/**
 * Whether a name is that of BatchNorm's count of training steps. PyTorch needs it for a momentum that none of these
 * networks uses.
 */
export function isStepCount(name: string): boolean {
  return name.endsWith(".num_batches_tracked");
}

/** The tensors of a file under the names of the architecture, without those that are ignored. */
export function renamed(checkpoint: Checkpoint, { rename = (tensor) => tensor, ignore }: NameMap): ReadonlyMap<
  string,
  NamedShape & { readonly source: string }
> {
  const found = new Map<string, NamedShape & { readonly source: string }>();
  for (const [source, { shape }] of checkpoint.tensors) {
    if (isStepCount(source) || ignore?.(source)) continue;
    const tensor = rename({ name: source, shape });
    const other = found.get(tensor.name);
    if (other) throw new InputError(`${checkpoint.path}: both "${other.source}" and "${source}" are ${tensor.name}`);
    found.set(tensor.name, { ...tensor, source });
  }
  return found;
}

/**
 * Fills the parameters of an architecture from a file, by name. The file must have every parameter with its shape, and
 * nothing else, except BatchNorm's step counts and the tensors that `map` ignores. Floats of any width become float32.
 *
 * @example A linear layer that its file calls by another name
 * ```ts
 * import { float32 } from "@ctsurv/ctsurv/engine";
 * import { encodeSafetensors, loadWeights, openCheckpoint } from "@ctsurv/ctsurv/weights";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * const bias = { shape: [2], data: Float32Array.of(0.5, -0.5) };
 * await Deno.writeFile(path, encodeSafetensors(new Map([["head.bias", bias]])));
 *
 * using checkpoint = await openCheckpoint(path);
 * const { fc } = await loadWeights({ fc: { bias: float32(2) } }, checkpoint, {
 *   rename: ({ name, shape }) => ({ name: name.replace("head.", "fc."), shape }),
 * });
 * assertEquals([...fc.bias.data], [0.5, -0.5]);
 * ```
 *
 * @param spec A tree of specs, such as `efficientNetB0.spec()`.
 * @throws {InputError} If tensors are missing, unexpected, or of another shape or type. The message counts them and names
 * the first few. Also if numbers are not finite, or a variance is negative.
 */
export async function loadWeights<S>(
  spec: S,
  checkpoint: Checkpoint,
  map: NameMap = {},
): Promise<MapTree<S, TensorSpec, HostTensor>> {
  const tree = spec as unknown as Tree<TensorSpec>;
  const found = renamed(checkpoint, map);
  const wanted = leaves(tree, isSpec);
  const names = new Set(wanted.map(({ path }) => path));
  const problems = [
    ...listing("missing", wanted.filter(({ path }) => !found.has(path)).map(({ path }) => path)),
    ...listing("unexpected", [...found].filter(([name]) => !names.has(name)).map(([, { source }]) => source)),
    ...listing(
      "unlike the architecture",
      wanted.flatMap(({ path, value }) => {
        const tensor = found.get(path);
        const dtype = tensor && checkpoint.tensors.get(tensor.source)!.dtype;
        if (!tensor || (`${tensor.shape}` === `${value.shape}` && dtype!.includes("float"))) return [];
        return [`${tensor.source}: ${dtype} [${tensor.shape}], where [${value.shape}] of floats is wanted`];
      }),
    ),
  ];
  if (problems.length > 0) {
    throw new InputError(`${checkpoint.path} does not hold the weights of this network: ${problems.join("; ")}`);
  }
  return await readParameters(spec, checkpoint, new Map([...found].map(([name, { source }]) => [name, source])));
}

/**
 * The numbers of a tree of specs, as float32. Those that are not in the file are zero.
 *
 * @param sources The file's name of each tensor, by the architecture's.
 * @throws {InputError} If numbers are damaged, not finite, or negative variances.
 */
export async function readParameters<S>(
  spec: S,
  checkpoint: Checkpoint,
  sources: ReadonlyMap<string, string>,
): Promise<MapTree<S, TensorSpec, HostTensor>> {
  const tree = spec as unknown as Tree<TensorSpec>;
  const numbers = new Map<string, HostTensor>();
  for (const { path, value: { shape } } of leaves(tree, isSpec)) {
    const source = sources.get(path);
    const data = source === undefined ? new Float32Array(sizeOf(shape)) : await readFloats(checkpoint, source);
    numbers.set(path, hostTensor(data, shape));
  }
  return mapTree(tree, isSpec, (_, path) => numbers.get(path)!) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/** A tensor as float32; see {@linkcode refuseBadNumbers}. */
export async function readFloats(checkpoint: Checkpoint, source: string): Promise<Float32Array> {
  const data = toFloat32((await checkpoint.read(source)).data);
  refuseBadNumbers(data, source, checkpoint.path);
  return data;
}

function toFloat32(data: CheckpointNumbers): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
}

/** The largest number of names in a message. */
const SHOWN_NAMES = 5;

function listing(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : "";
  return [`${names.length} ${what} (${names.slice(0, SHOWN_NAMES).join(", ")}${more})`];
}
