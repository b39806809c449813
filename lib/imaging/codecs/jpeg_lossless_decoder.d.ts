/** The part of `jpeg-lossless-decoder-js` used here; the package names types that it does not hold. */
export class Decoder {
  /** Bytes per sample as many as the precision takes, little-endian. */
  decompress(buffer: ArrayBuffer, offset: number, length: number): ArrayBuffer;
}
