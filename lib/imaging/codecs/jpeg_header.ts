import type { FrameHeader } from "./frame_decoder.ts";

/**
 * Finds the frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2).
 *
 * @param startOfFrame Second byte of its marker, which says which process was used.
 * @throws {Error} If the stream does not begin like one, or has no such header.
 */
export function readJpegHeader(packed: Uint8Array, startOfFrame: number): FrameHeader {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = packed[0] === 0xff && packed[1] === 0xd8 ? 2 : Infinity;
  while (at + 10 <= packed.length && packed[at] === 0xff) {
    if (packed[at + 1] === startOfFrame) {
      return {
        bits: packed[at + 4]!,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: packed[at + 9]!,
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw new Error("it does not begin as JPEG of its kind does");
}
