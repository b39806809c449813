import type { Refuse } from "../refuse.ts";
import { isPickled, type Pickled, type PickledTensor } from "./pickled.ts";

/** How deep the dict of weights may lie in a training checkpoint, `{"state_dict": {…}, "epoch": 90}`. */
const deepest = 8;
/** Entries, of whatever kind. */
const mostEntries = 50_000;
const longestName = 500;

/**
 * The tensors of a state dict by name, in its order. A dict within a dict adds its key and a dot, as PyTorch joins the
 * names of modules; numbers, texts and such are left out.
 */
export function flattenStateDict(content: Pickled, refuse: Refuse): ReadonlyMap<string, PickledTensor> {
  if (!isPickled(content, "dict")) throw refuse("it holds no state dict");
  const tensors = new Map<string, PickledTensor>();
  let entries = 0;
  const visit = (value: Pickled, name: string, depth: number) => {
    if (++entries > mostEntries) throw refuse(`it holds more than ${mostEntries} entries`);
    if (isPickled(value, "tensor")) {
      if (name.length > longestName) throw refuse("the name of a tensor is far too long");
      if (tensors.has(name)) throw refuse(`"${name}" stands there twice`);
      tensors.set(name, value);
    } else if (isPickled(value, "dict", "list", "tuple")) {
      if (depth === deepest) throw refuse(`it is nested more than ${deepest} deep`);
      for (const [key, child] of value.kind === "dict" ? value.entries : value.items.entries()) {
        visit(child, name === "" ? `${key}` : `${name}.${key}`, depth + 1);
      }
    }
  };
  visit(content, "", 0);
  if (tensors.size === 0) throw refuse("it holds no tensors");
  return tensors;
}
