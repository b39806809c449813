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
    return hostTensor(Float32Array.from({ length: size }, (_, i) => centre + spread * v(i)), shape);
  }) as unknown as MapTree<S, TensorSpec, HostTensor>;
}

/** The fixtures' 2D input, [batch, rows, columns, channels] from their NCHW formula. */
export function hashedInput(shape: readonly number[]): HostTensor {
  const [batch, channels, rows, columns] = shape as [number, number, number, number];
  const fine = hashed("input");
  const coarse = hashed("input/coarse");
  const [cellRows, cellColumns] = [Math.ceil(rows / 16), Math.ceil(columns / 16)];
  const data = new Float32Array(batch * channels * rows * columns);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let h = 0; h < rows; h++) {
        for (let w = 0; w < columns; w++) {
          const plane = n * channels + c;
          const cell = (plane * cellRows + (h >> 4)) * cellColumns + (w >> 4);
          data[((n * rows + h) * columns + w) * channels + c] = fine((plane * rows + h) * columns + w) +
            1.5 * coarse(cell);
        }
      }
    }
  }
  return hostTensor(data, [batch, rows, columns, channels]);
}

/** [batch, rows, columns, channels] to the fixtures' order, [batch, channels, rows, columns]. */
export function toChannelsFirst(data: ArrayLike<number>, shape: readonly number[]): Float64Array {
  const [batch, rows, columns, channels] = shape as [number, number, number, number];
  const out = new Float64Array(data.length);
  for (let n = 0; n < batch; n++) {
    for (let p = 0; p < rows * columns; p++) {
      for (let c = 0; c < channels; c++) {
        out[(n * channels + c) * rows * columns + p] = data[(n * rows * columns + p) * channels + c]!;
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
