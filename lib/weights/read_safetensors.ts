import { type ByteSource, readBytes } from "./byte_source.ts";
import type { Refuse } from "./refuse.ts";
import { headerLength, parseSafetensorsHeader, safetensorsDTypes } from "./safetensors_header.ts";
import { contiguousStrides, type StoredTensor } from "./stored_tensor.ts";

/** The tensors of a safetensors file, from its header alone. */
export function readSafetensors(source: ByteSource, refuse: Refuse): ReadonlyMap<string, StoredTensor> {
  const length = headerLength(readBytes(source, 0, Math.min(8, source.size)), source.size, refuse);
  const data = 8 + length;
  const { ranges } = parseSafetensorsHeader(readBytes(source, 8, length), source.size - data, refuse);
  return new Map(ranges.map(({ name, dtype, shape, begin, end }) => [name, {
    dtype: safetensorsDTypes[dtype],
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
    storage: { start: data + begin, bytes: end - begin, bigEndian: false },
  }]));
}
