import type { TensorView } from "../stored_tensor.ts";
import type { CheckpointDType } from "../dtype.ts";

/** Whatever a pickle of a state dict may hold. Nothing of it can be called. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickledList
  | PickledTuple
  | PickledDict
  | PickledGlobal
  | PickledStorage
  | PickledTensor;

export interface PickledList {
  readonly kind: "list";
  readonly items: Pickled[];
}

export interface PickledTuple {
  readonly kind: "tuple";
  readonly items: readonly Pickled[];
}

/** A dict or OrderedDict: a Map, in which a key such as "__proto__" is a key like any other. */
export interface PickledDict {
  readonly kind: "dict";
  readonly entries: Map<string | number, Pickled>;
}

/** A name from the allow-list, such as `torch._utils._rebuild_tensor_v2`: a token, with no function behind it. */
export interface PickledGlobal {
  readonly kind: "global";
  readonly name: string;
}

/** A storage, or a part of one (old files have such views); `offset` and `size` count elements. */
export interface PickledStorage {
  readonly kind: "storage";
  readonly key: string;
  readonly dtype: CheckpointDType;
  readonly offset: number;
  readonly size: number;
}

/** A tensor, with the key of its storage. */
export interface PickledTensor extends TensorView {
  readonly kind: "tensor";
  readonly key: string;
}

/** True for a record of that kind. */
export function isPickled<Kind extends PickledRecord["kind"]>(
  value: Pickled | undefined,
  ...kinds: readonly Kind[]
): value is Extract<PickledRecord, { readonly kind: Kind }> {
  return typeof value === "object" && value !== null && (kinds as readonly string[]).includes(value.kind);
}

type PickledRecord = Extract<Pickled, { readonly kind: string }>;
