import { InputError } from "@ctsurv/base/mod.ts";
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
import type { CheckpointNumbers } from "./formats/stored_tensor.ts";
import type { Checkpoint } from "./open_checkpoint.ts";

/** What a tensor is called, and its shape. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** How a file's names and shapes become those of an architecture. The numbers and their order stay. */
export interface NameMap {
  /** @default the names as they are */
  readonly rename?: (tensor: NamedShape) => NamedShape;
  /** Names in the file, as they stand there, that the architecture does without. @default none */
  readonly ignore?: (name: string) => boolean;
}

/** BatchNorm counts its training steps, for a momentum that none of these networks uses. */
export function isStepCount(name: string): boolean {
  return name.endsWith(".num_batches_tracked");
}

/** The tensors of a file under the names that the architecture has for them, less those that are left out. */
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
 * Fills an architecture's parameters from a file, by name. Every parameter has to be there with its shape, and nothing
 * else may be but BatchNorm's step counts and what `ignore` names. Floats of any width become float32.
 *
 * @param spec A tree of specs, such as `efficientNetB0Spec()`.
 * @throws {InputError} Naming all that is missing, unexpected, or of another shape or type.
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
  const numbers = new Map<string, HostTensor>();
  for (const { path, value } of wanted) {
    const { data } = await checkpoint.read(found.get(path)!.source);
    numbers.set(path, hostTensor(toFloat32(data), value.shape));
  }
  return mapTree(tree, isSpec, (_, path) => numbers.get(path)!) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

function toFloat32(data: CheckpointNumbers): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
}

/** Names in a message, the first few of them. */
const SHOWN_NAMES = 5;

function listing(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : "";
  return [`${names.length} ${what} (${names.slice(0, SHOWN_NAMES).join(", ")}${more})`];
}
