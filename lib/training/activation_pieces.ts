import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { Activations } from "./cut_embedder.ts";

/** Activations as they are read from disk. */
export interface HalfActivations extends Omit<Activations, "data"> {
  readonly data: Float16Array;
}

/** Slices, or a volume, that go through a final block together. */
export interface ActivationPiece {
  /** [rows, ...shape]; what only fills up is 0. */
  readonly activations: HostTensor;
  /** The first of them among all slices. */
  readonly from: number;
  /** How many there are; the other rows fill up. */
  readonly count: number;
}

/**
 * Lays the slices of some patients one after the other and cuts them into pieces of `rows`. Only one piece is in float32
 * at a time. Volumes, which differ in shape, go one by one: `rows` is 1.
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
