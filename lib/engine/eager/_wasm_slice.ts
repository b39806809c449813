import { tf } from "../tf.ts";

type Arguments = Parameters<tf.KernelFunc>[0];

/** An axis of a slice: its length, and where the slice begins and how long it is. */
interface Axis {
  readonly length: number;
  readonly begin: number;
  readonly size: number;
}

/**
 * A slice of a tensor with more than four axes, which tfjs's WebAssembly backend takes number by number: a slice of the
 * filter of a 3D convolution takes a second. Neighbouring axes that are taken as a whole are one axis in memory, and
 * with few axes the backend copies memory.
 *
 * @param native The backend's own kernel.
 */
export function sliceByMemory(call: Arguments, native: tf.KernelFunc): ReturnType<tf.KernelFunc> {
  const x = call.inputs.x as tf.Tensor;
  if (x.shape.length <= 4) return native(call);
  const { begin, size } = call.attrs as unknown as tf.SliceAttrs;
  const [begins, sizes] = tf.slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
  const axes = x.shape.map((length, axis): Axis => ({ length, begin: begins[axis]!, size: sizes[axis]! }));
  const merged = axes.reduce<Axis[]>((before, axis) => {
    const last = before.at(-1);
    if (last === undefined || !isWhole(axis)) return [...before, axis];
    // All of this axis: each step along the one before it is so many numbers.
    const { length } = axis;
    return [...before.slice(0, -1), {
      length: last.length * length,
      begin: last.begin * length,
      size: last.size * length,
    }];
  }, []);
  // The same numbers by another shape: the memory stays where it is.
  const flat = { dataId: x.dataId, dtype: x.dtype, shape: merged.map(({ length }) => length) };
  const attrs = { begin: merged.map(({ begin }) => begin), size: merged.map(({ size }) => size) };
  const taken = native({ ...call, inputs: { x: flat }, attrs }) as tf.TensorInfo;
  return { dataId: taken.dataId, dtype: taken.dtype, shape: sizes };
}

const isWhole = ({ begin, size, length }: Axis) => begin === 0 && size === length;
