import type { StoredActivations } from "./cached_activations.ts";

/** Reads activations, from memory while they fit. */
export interface ActivationReader {
  read(stored: readonly StoredActivations[]): Promise<Float16Array<ArrayBuffer>[]>;
  /** Begins to read what will be asked for next. */
  ahead(stored: readonly StoredActivations[]): void;
  /** Bytes that are kept; at most the budget. */
  readonly kept: number;
}

/**
 * A reader that keeps what it read until `memory` bytes are full, and reads the rest from disk every time. Nothing is
 * evicted: every epoch asks for every patient once, in a new order, and what was read last is not what comes next.
 */
export function activationReader(memory: number): ActivationReader {
  const inMemory = new Map<StoredActivations, Promise<Float16Array<ArrayBuffer>>>();
  const pending = new Map<StoredActivations, Promise<Float16Array<ArrayBuffer>>>();
  let kept = 0;
  const begin = (one: StoredActivations) => {
    const known = inMemory.get(one) ?? pending.get(one);
    if (known) return known;
    const size = one.shape.reduce((product, dim) => product * dim, one.count * Float16Array.BYTES_PER_ELEMENT);
    const loading = one.load();
    const fits = kept + size <= memory;
    if (fits) kept += size;
    (fits ? inMemory : pending).set(one, loading);
    // Whoever awaits it meets the error; until then it is nobody's.
    loading.catch(() => {});
    return loading;
  };
  return {
    get kept() {
      return kept;
    },
    ahead: (stored) => stored.forEach(begin),
    async read(stored) {
      const found = await Promise.all(stored.map(begin));
      stored.forEach((one) => pending.delete(one));
      return found;
    },
  };
}
