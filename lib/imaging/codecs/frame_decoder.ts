/** What a frame has to unpack to. */
export interface FrameShape {
  readonly rows: number;
  readonly columns: number;
  readonly bytesPerPixel: 1 | 2;
  /** Whether the file says that pixels are signed. */
  readonly isSigned: boolean;
}

/**
 * Unpacks one grey frame: [rows, columns], little-endian.
 *
 * @throws {Error} Saying what is wrong with the bytes.
 */
export type FrameDecoder = (packed: Uint8Array, shape: FrameShape) => Uint8Array;

/** What a packed frame says of itself. */
export interface FrameHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly bits: number;
}

/**
 * Compares a packed frame with what the file says of it, before anything as large as the frame claims is allocated.
 *
 * @throws {Error} If they differ.
 */
export function checkFrame(found: FrameHeader, { rows, columns, bytesPerPixel }: FrameShape): void {
  if (found.rows !== rows || found.columns !== columns || found.components !== 1) {
    throw new Error(
      `it holds ${found.rows} x ${found.columns} pixels of ${found.components} components, not ${rows} x ${columns} of 1`,
    );
  }
  if (Math.ceil(found.bits / 8) !== bytesPerPixel) {
    throw new Error(`its pixels have ${found.bits} bits, but are to fill ${8 * bytesPerPixel}`);
  }
}
