import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { Activations, StoredActivations } from "@ctsurv/features/mod.ts";

/** Activations as they are read from disk, in float16. */
export interface HalfActivations extends Omit<Activations, "data"> {
  /** [count, ...shape] */
  readonly data: Float16Array;
}

/** Slices, or a volume, that go through a final block together. */
export interface ActivationPiece {
  /** [rows, ...shape]; rows that only fill up are 0. */
  readonly activations: HostTensor;
  /** Index of the first of them among all slices. */
  readonly from: number;
  /** Number of slices; the other rows only fill up. */
  readonly count: number;
}

/**
 * Puts the slices of some patients one after the other and cuts them into pieces of `rows`. Only one piece is in
 * float32 at a time. Volumes differ in shape and go one by one: `rows` is 1.
 */
export function* activationPieces(patients: readonly HalfActivations[], rows: number): Generator<ActivationPiece> {
  let from = 0, filled = 0;
  let shape: readonly number[] = [];
  let numbers = new Float32Array();
  const piece = (): ActivationPiece => {
    const one = { activations: hostTensor(numbers, [rows, ...shape]), from, count: filled };
    from += filled;
    filled = 0;
    return one;
  };
  for (const patient of patients) {
    const size = patient.data.length / patient.count;
    for (let slice = 0; slice < patient.count;) {
      if (filled === 0) [shape, numbers] = [patient.shape, new Float32Array(rows * size)];
      const taken = Math.min(rows - filled, patient.count - slice);
      numbers.set(patient.data.subarray(slice * size, (slice + taken) * size), filled * size);
      slice += taken;
      filled += taken;
      if (filled === rows) yield piece();
    }
  }
  if (filled > 0) yield piece();
}

/** Reads activations, and keeps as many in memory as fit. */
export interface ActivationReader {
  /** The activations of some patients, from memory or from disk. */
  read(stored: readonly StoredActivations[]): Promise<Float16Array<ArrayBuffer>[]>;
  /** Begins to read the activations that will be asked for next. */
  ahead(stored: readonly StoredActivations[]): void;
  /** Bytes that are kept in memory; at most the budget. */
  readonly kept: number;
}

/**
 * A reader that keeps activations until `memory` bytes are full, and reads the others from disk every time. It never
 * evicts: every epoch asks for every patient once, in a new order, so recent activations are not more likely to be
 * asked for next.
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
