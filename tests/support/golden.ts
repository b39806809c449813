import {
  type HostTensor,
  hostTensor,
  isSpec,
  type MapTree,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";

/** Summary of a tensor as the fixtures hold it. */
export interface Summary {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly first: readonly number[];
  readonly probe: number;
}

/** The scale of hashed weights for one model: gain of weights, centre of norm weights. */
export interface Scale {
  readonly gain: number;
  readonly norm: number;
}

/** v(key, i) of the fixtures' formula: a hashed number in [-1, 1). */
export function hashed(key: string): (i: number) => number {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(key)) seed = Math.imul(seed ^ byte, 16777619);
  return (i) => {
    let x = (Math.imul(i, 0x9e3779b9) + seed) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    x ^= x >>> 16;
    return (x >>> 0) / 2147483648 - 1;
  };
}

/** The fixtures' weights for a tree of shapes, by each parameter's state-dict name. */
export function hashedParameters<S extends object>(
  spec: S,
  scale: Scale,
): MapTree<S, TensorSpec, HostTensor> {
  return mapTree(spec as unknown as Tree<TensorSpec>, isSpec, ({ shape }, key) => {
    const v = hashed(key);
    const size = shape.reduce((product, dim) => product * dim, 1);
    const [centre, spread] = key.endsWith("running_var")
      ? [1, 0.5]
      : key.endsWith("running_mean")
      ? [0, 0.1]
      : shape.length === 1 && key.endsWith(".weight")
      ? [scale.norm, 0.2]
      : key === "class_token" || key.endsWith("pos_embedding")
      ? [0, 0.5]
      : shape.length >= 2
      ? [0, Math.sqrt(3 * scale.gain / (size / shape[0]!))]
      : [0, 0.1];
    // A plain loop: VGG16 has 138 million of them.
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = centre! + spread! * v(i);
    return hostTensor(data, shape);
  }) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/**
 * The fixtures' input: [batch, rows, columns, channels] from their NCHW formula, or [batch, slices, rows, columns,
 * channels] from NCTHW.
 */
export function hashedInput(channelsFirst: readonly number[]): HostTensor {
  const [batch, channels, ...sizes] = channelsFirst as [number, number, ...number[]];
  const [slices, rows, columns] = [1, ...sizes].slice(-3) as [number, number, number];
  const [cellSlices, cellRows, cellColumns] = [Math.ceil(slices / 2), Math.ceil(rows / 16), Math.ceil(columns / 16)];
  const [fine, coarse] = [hashed("input"), hashed("input/coarse")];
  const data = new Float32Array(batch * channels * slices * rows * columns);
  for (let i = 0; i < data.length; i++) {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    const slice = Math.floor(i / columns / rows) % slices;
    const volume = Math.floor(i / columns / rows / slices);
    const cell = ((volume * cellSlices + (slice >> 1)) * cellRows + (row >> 4)) * cellColumns + (column >> 4);
    data[i] = fine(i) + 1.5 * coarse(cell);
  }
  const shape = [batch, ...sizes, channels];
  return hostTensor(toChannelsLast(data, shape), shape);
}

function toChannelsLast(data: Float32Array, shape: readonly number[]): Float32Array {
  const channels = shape.at(-1)!;
  const positions = shape.slice(1, -1).reduce((product, size) => product * size, 1);
  return data.map((_, i) => {
    const [n, p, c] = [Math.floor(i / channels / positions), Math.floor(i / channels) % positions, i % channels];
    return data[(n * channels + c) * positions + p]!;
  });
}

/** [batch, ..., channels] to the fixtures' order, [batch, channels, ...]. */
export function toChannelsFirst(data: ArrayLike<number>, shape: readonly number[]): Float64Array {
  const [batch, channels] = [shape[0]!, shape.at(-1)!];
  const positions = data.length / batch / channels;
  const out = new Float64Array(data.length);
  for (let n = 0; n < batch; n++) {
    for (let p = 0; p < positions; p++) {
      for (let c = 0; c < channels; c++) {
        out[(n * channels + c) * positions + p] = data[(n * positions + p) * channels + c]!;
      }
    }
  }
  return out;
}

/** The fixtures' summary of a tensor in their order. */
export function summarise(values: ArrayLike<number>, shape: readonly number[]): Summary {
  const numbers = Float64Array.from(values);
  const v = hashed("probe");
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return {
    shape,
    mean,
    std: Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length),
    min: numbers.reduce((a, b) => Math.min(a, b)),
    max: numbers.reduce((a, b) => Math.max(a, b)),
    first: [...numbers.slice(0, 6)],
    probe: numbers.reduce((sum, x, i) => sum + x * v(i), 0) / Math.sqrt(numbers.length),
  };
}
