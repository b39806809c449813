import type { FrameDecoder } from "./unpack_frame.ts";

/** Segment count and 15 offsets, 4 bytes each. */
const HEADER_BYTES = 64;

/** DICOM's run lengths: a segment per byte of a pixel, the most significant first (PS3.5 Annex G). */
export const decodeRle: FrameDecoder = (packed, { rows, columns, bytesPerPixel }) => {
  if (packed.length < HEADER_BYTES) throw new Error("it ends within the header");
  const header = new DataView(packed.buffer, packed.byteOffset, HEADER_BYTES);
  const segments = header.getUint32(0, true);
  if (segments !== bytesPerPixel) throw new Error(`it has ${segments} segments, not ${bytesPerPixel}`);
  const result = new Uint8Array(rows * columns * bytesPerPixel);
  for (let segment = 0; segment < segments; segment++) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? header.getUint32(8 + 4 * segment, true) : packed.length;
    unpackSegment(packed.subarray(start, end), result, bytesPerPixel - 1 - segment, bytesPerPixel);
  }
  return result;
};

/** PackBits, into every `step`th byte from `first` on. */
function unpackSegment(segment: Uint8Array, result: Uint8Array, first: number, step: number): void {
  let at = 0;
  let target = first;
  while (target < result.length) {
    const control = segment[at++];
    if (control === undefined) throw new Error("it ends early");
    if (control === 128) continue;
    const isRun = control > 128;
    const count = isRun ? 257 - control : control + 1;
    if (at + (isRun ? 1 : count) > segment.length) throw new Error("it ends early");
    for (let i = 0; i < count && target < result.length; i++, target += step) {
      result[target] = segment[isRun ? at : at + i]!;
    }
    at += isRun ? 1 : count;
  }
}
