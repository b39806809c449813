import { comparisonKind } from "./number_kind.ts";

/** A place in a tree of results. */
export interface Place {
  /** The keys on the way to it, without indices in lists. */
  readonly keys: readonly string[];
  /** The same for people: "VGG16 + soft attention,", "pooled". */
  readonly words: readonly string[];
}

export const root: Place = { keys: [], words: [] };

/** Words for keys. None for lists whose elements have names. */
const ofKey: Readonly<Record<string, string>> = {
  models: "",
  rows: "",
  costs: "",
  folds: "",
  predictions: "",
  lines: "line",
  losses: "loss",
  value: "Ctd",
  ctd: "Ctd",
  stdSample: "std of folds (n - 1)",
  stdPopulation: "std of folds (n)",
  bestReachableCtd: "best reachable Ctd",
};

/** Words for an element of a list of plain values, by the key of the list and the index from 0. */
const ofElement: Readonly<Record<string, (index: number) => string>> = {
  survival: (index) => `at month ${index}`,
  attention: (index) => `of slice ${index + 1}`,
  interval: (index) => index === 0 ? "from" : "to",
};

export function child({ keys, words }: Place, key: string): Place {
  const word = ofKey[key] ?? key;
  return { keys: [...keys, key], words: word === "" || words.at(-1) === word ? words : [...words, word] };
}

/** An element of a list that has no name. */
export function element({ keys, words }: Place, index: number): Place {
  return { keys, words: [...words, ofElement[keys.at(-1) ?? ""]?.(index) ?? `${index + 1}`] };
}

/** An element of a list that has a name, such as "fold 3". */
export function named({ keys, words }: Place, name: string): Place {
  return { keys, words: [...words, `${name},`] };
}

/** "VGG16 + soft attention, pooled Ctd". */
export function describePlace({ keys, words }: Place): string {
  const text = words.join(" ").replace(/,$/, "");
  const isBare = ["pooled", "mean"].includes(keys.at(-1) ?? "") && comparisonKind(keys)?.endsWith("ctd");
  return isBare ? `${text} Ctd` : text;
}
