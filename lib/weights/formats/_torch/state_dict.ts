import { sizeOf } from "@ctsurv/base/mod.ts";
import type { Refuse } from "../_bytes.ts";
import {
  type CheckpointDType,
  itemSizes,
  spanOf,
  type Storage,
  type StoredTensor,
  type TensorView,
} from "../stored_tensor.ts";
import { type PickleRules, setItem } from "./unpickle.ts";

/** Everything that the pickle of a state dict may hold. None of it can be called. */
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

/** A dict or OrderedDict, as a Map: in a Map "__proto__" is a key like any other. */
export interface PickledDict {
  readonly kind: "dict";
  readonly entries: Map<string | number, Pickled>;
}

/** A name from the allow-list, such as `torch._utils._rebuild_tensor_v2`: a token without a function. */
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

/** The deepest place of the dict of weights in a training checkpoint, `{"state_dict": {…}, "epoch": 90}`. */
const DEEPEST = 8;
/** Entries of any kind. */
const MOST_ENTRIES = 50_000;
const LONGEST_NAME = 500;

/**
 * The tensors of a state dict by name, in its order. A dict within a dict adds its key and a dot, as in PyTorch's names of
 * modules. Numbers, texts and other values are left out.
 */
export function flattenStateDict(content: Pickled, refuse: Refuse): ReadonlyMap<string, PickledTensor> {
  if (!isPickled(content, "dict")) throw refuse("it holds no state dict");
  const tensors = new Map<string, PickledTensor>();
  let entries = 0;
  const visit = (value: Pickled, name: string, depth: number) => {
    if (++entries > MOST_ENTRIES) throw refuse(`it holds more than ${MOST_ENTRIES} entries`);
    if (isPickled(value, "tensor")) {
      if (name.length > LONGEST_NAME) throw refuse("the name of a tensor is far too long");
      if (tensors.has(name)) throw refuse(`"${name}" stands there twice`);
      tensors.set(name, value);
    } else if (isPickled(value, "dict", "list", "tuple")) {
      if (depth === DEEPEST) throw refuse(`it is nested more than ${DEEPEST} deep`);
      for (const [key, child] of value.kind === "dict" ? value.entries : value.items.entries()) {
        visit(child, name === "" ? `${key}` : `${name}.${key}`, depth + 1);
      }
    }
  };
  visit(content, "", 0);
  if (tensors.size === 0) throw refuse("it holds no tensors");
  return tensors;
}

/** A view may repeat numbers, or skip most of its storage. All tensors together take at most so many times the file. */
const MOST_COPIES = 8;
const FREE_BYTES = 1 << 20;

/** Gives each tensor its storage. Refuses views that would take far more memory or reading than the file. */
export function placeTensors(
  tensors: ReadonlyMap<string, PickledTensor>,
  storages: ReadonlyMap<string, Storage>,
  fileSize: number,
  refuse: Refuse,
): ReadonlyMap<string, StoredTensor> {
  let bytes = 0;
  const placed = new Map<string, StoredTensor>();
  for (const [name, { key, dtype, shape, strides, offset }] of tensors) {
    const view = { dtype, shape, strides, offset };
    bytes += Math.max(sizeOf(shape), spanOf(view)) * itemSizes[dtype];
    placed.set(name, { ...view, storage: storages.get(key)! });
  }
  if (bytes > MOST_COPIES * fileSize + FREE_BYTES) {
    throw refuse(`its tensors repeat their numbers more than ${MOST_COPIES} times over`);
  }
  return placed;
}

/** The type of the numbers in each of PyTorch's storage classes. */
const storageTypes: Readonly<Record<string, CheckpointDType>> = {
  "torch.DoubleStorage": "float64",
  "torch.FloatStorage": "float32",
  "torch.HalfStorage": "float16",
  "torch.BFloat16Storage": "bfloat16",
  "torch.LongStorage": "int64",
  "torch.IntStorage": "int32",
  "torch.ShortStorage": "int16",
  "torch.CharStorage": "int8",
  "torch.ByteStorage": "uint8",
  "torch.BoolStorage": "bool",
};

/** Every Python name that a state dict may hold, with its module. */
const ALLOWED: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_parameter",
  ...Object.keys(storageTypes),
]);

/** PyTorch itself allows 64; the networks here have at most 5. */
const MOST_AXES = 16;

const ADVICE = 'Save the weights alone, in Python: torch.save(model.state_dict(), "weights.pth")';

/** A storage that a pickle names. One key has one type and one size. */
export interface NamedStorage {
  readonly dtype: CheckpointDType;
  /** Elements. */
  readonly size: number;
}

/** The rules for a state dict, and the storages that it has named so far, by their keys. */
export interface StateDictRules extends PickleRules {
  readonly storages: ReadonlyMap<string, NamedStorage>;
}

/** The rules for dicts of tensors in every form that PyTorch has written since 2017. */
export function stateDictRules(refuse: Refuse): StateDictRules {
  const storages = new Map<string, NamedStorage>();
  return {
    storages,
    global(module, name) {
      const full = `${module}.${name}`;
      if (!ALLOWED.has(full)) throw refuse(`it wants Python's ${JSON.stringify(full)}, which is not run. ${ADVICE}`);
      return { kind: "global", name: full };
    },
    persistent: (id) => nameStorage(id, storages, refuse),
    call(callee, args) {
      switch (callee.name) {
        case "collections.OrderedDict":
          return orderedDict(args, refuse);
        case "torch._utils._rebuild_parameter":
          return parameter(args, refuse);
        case "torch._utils._rebuild_tensor":
          return tensor(args, 4, refuse);
        case "torch._utils._rebuild_tensor_v2":
          return tensor(args, 6, refuse);
      }
      throw refuse(`it calls ${callee.name}`);
    },
  };
}

/** `("storage", type, key, location, elements)`, in the legacy format with a sixth part `(view key, offset, size)`. */
function nameStorage(id: Pickled, storages: Map<string, NamedStorage>, refuse: Refuse): PickledStorage {
  const parts = isPickled(id, "tuple") ? id.items : [];
  if (parts[0] === "module") throw refuse(`it holds a whole module, with its Python code. ${ADVICE}`);
  const [kind, type, key, location, size, view = null] = parts;
  const dtype = isPickled(type, "global") ? storageTypes[type.name] : undefined;
  if (kind !== "storage" || parts.length > 6 || !dtype || typeof location !== "string") {
    throw refuse("it names a storage in an unknown way");
  }
  if (typeof key !== "string" || !/^\w{1,64}$/.test(key)) throw refuse("the key of a storage is no plain name");
  if (!isCount(size)) throw refuse(`storage ${key} has no size`);
  const known = storages.get(key);
  if (known && (known.dtype !== dtype || known.size !== size)) throw refuse(`storage ${key} has two types or sizes`);
  storages.set(key, { dtype, size });
  if (view === null) return { kind: "storage", key, dtype, offset: 0, size };
  const [viewKey, offset, viewSize] = isPickled(view, "tuple") && view.items.length === 3 ? view.items : [];
  if (typeof viewKey !== "string" || !isCount(offset) || !isCount(viewSize) || offset + viewSize > size) {
    throw refuse(`a view of storage ${key} does not lie within it`);
  }
  return { kind: "storage", key, dtype, offset, size: viewSize };
}

/** `OrderedDict()`, or with its items, as Python 2 writes it: `OrderedDict([[key, value], …])`. */
function orderedDict(args: readonly Pickled[], refuse: Refuse): Pickled {
  const [items = { kind: "list", items: [] }] = args;
  if (args.length > 1 || !isPickled(items, "list")) throw refuse("an OrderedDict is made of something unknown");
  const dict = { kind: "dict", entries: new Map<string | number, Pickled>() } as const;
  for (const pair of items.items) {
    const [key, value, more] = isPickled(pair, "list", "tuple") ? pair.items : [];
    if (key === undefined || value === undefined || more !== undefined) {
      throw refuse("an OrderedDict has an item that is no pair");
    }
    setItem(dict, key, value, refuse);
  }
  return dict;
}

/** `(tensor, requires_grad, hooks)`. */
function parameter([data, requiresGrad, hooks, ...more]: readonly Pickled[], refuse: Refuse): PickledTensor {
  if (!isPickled(data, "tensor") || typeof requiresGrad !== "boolean" || !isEmptyDict(hooks) || more.length > 0) {
    throw refuse("a parameter is made of something unknown");
  }
  return data;
}

/** `(storage, offset, shape, strides)`. The newer form has `requires_grad, hooks` in addition. */
function tensor(args: readonly Pickled[], length: number, refuse: Refuse): PickledTensor {
  const [storage, offset, size, stride, requiresGrad = false, hooks] = args;
  const isNew = length === 6;
  if (
    args.length !== length || !isPickled(storage, "storage") || typeof requiresGrad !== "boolean" ||
    (isNew && !isEmptyDict(hooks))
  ) {
    throw refuse("a tensor is made of something unknown");
  }
  const where = `a tensor of storage ${storage.key}`;
  const [shape, strides] = [counts(size), counts(stride)];
  if (!isCount(offset) || !shape || !strides || shape.length !== strides.length) {
    throw refuse(`${where} has no proper shape, strides and offset (at most ${MOST_AXES} axes, no negative numbers)`);
  }
  const view = { dtype: storage.dtype, shape, strides, offset: storage.offset + offset };
  const bytes = sizeOf(shape) * itemSizes[storage.dtype];
  if (!Number.isSafeInteger(bytes) || offset + spanOf(view) > storage.size) {
    throw refuse(`${where}, [${shape}], does not lie within its ${storage.size} numbers`);
  }
  return { kind: "tensor", key: storage.key, ...view };
}

function counts(value: Pickled | undefined): readonly number[] | undefined {
  if (!isPickled(value, "tuple") || value.items.length > MOST_AXES) return undefined;
  return value.items.every(isCount) ? value.items : undefined;
}

function isCount(value: Pickled | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isEmptyDict(value: Pickled | undefined): boolean {
  return isPickled(value, "dict") && value.entries.size === 0;
}
