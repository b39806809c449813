import { InputError } from "@ctsurv/base/mod.ts";
import { readFragments } from "../_data_set.ts";
import { type DicomFile, guardFault } from "../_file.ts";
import { type PixelCodec, syntaxName } from "../_transfer_syntax.ts";

/** The size and type that a frame must have once unpacked. */
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

/** The header of a packed frame. */
export interface FrameHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly bits: number;
}

/**
 * Compares the header of a packed frame with the file, before anything as large as the frame claims is allocated.
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

type Packed = Exclude<PixelCodec, "none">;

/** Each is imported when the first frame of its kind is met. */
const decoders: Readonly<Record<Packed, () => Promise<FrameDecoder>>> = {
  "jpeg-2000": async () => await (await import("./jpeg_2000.ts")).createJpeg2000Decoder(),
  "jpeg-ls": async () => await (await import("./jpeg_ls.ts")).createJpegLsDecoder(),
  "jpeg-lossless": async () => (await import("./jpeg_lossless.ts")).decodeJpegLossless,
  "rle": async () => (await import("./rle.ts")).decodeRle,
};

/** Where a packed frame is. */
export interface PackedLocation {
  readonly codec: Packed;
  /** Which frame, from 0, of how many. */
  readonly frame: number;
  readonly frames: number;
  /** Byte of the file where the pixels of all frames begin. */
  readonly start: number;
}

/** Unpacks one frame of compressed pixel data: [rows, columns], little-endian. Throws InputErrors that name the file. */
export type Unpacker = (
  file: DicomFile,
  location: PackedLocation,
  shape: FrameShape,
) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Makes a function that unpacks frame after frame. It keeps its decoder, except after an error: damaged bytes can leave
 * WebAssembly memory in disorder.
 */
export function createUnpacker(): Unpacker {
  const ready = new Map<Packed, FrameDecoder>();
  return async (file, location, shape) => {
    const { codec } = location;
    const packed = packedFrame(file, location);
    const decode = ready.get(codec) ?? await decoders[codec]();
    ready.delete(codec);
    try {
      const pixels = Uint8Array.from(decode(packed, shape));
      ready.set(codec, decode);
      return pixels;
    } catch (error) {
      throw new InputError(
        `${file.path}: the pixels, in ${syntaxName(file.transferSyntax)}, are damaged: ${
          (error as Error).message
        }. Copy the file again`,
      );
    }
  };
}

/**
 * All pieces of a frame as one. A file of one frame may have cut it into several. In a file of several frames, a table
 * gives the place of each frame's first piece, counted from the end of the table (PS3.5 A.4); without it there is one
 * piece for each frame.
 */
function packedFrame({ path, bytes }: DicomFile, { frame, frames, start }: PackedLocation): Uint8Array {
  const [table, ...pieces] = guardFault(path, () => readFragments(bytes, start));
  const offsets = new DataView(bytes.buffer, bytes.byteOffset + (table?.offset ?? 0), table?.length ?? 0);
  const isTabled = frames > 1 && offsets.byteLength >= 4 * frames;
  if (pieces.length === 0 || frames > 1 && !isTabled && pieces.length !== frames) {
    throw new InputError(
      `${path}: ${pieces.length} pieces of compressed pixels, which do not say to which of ${frames} frames they belong`,
    );
  }
  const first = (table?.offset ?? 0) + (table?.length ?? 0);
  const begin = (of: number) => of < frames ? first + offsets.getUint32(4 * of, true) : Infinity;
  // A piece begins with its own tag and length.
  const isOurs = isTabled
    ? ({ offset }: { readonly offset: number }) => offset - 8 >= begin(frame) && offset - 8 < begin(frame + 1)
    : (_: unknown, i: number) => frames === 1 || i === frame;
  const ours = pieces.filter(isOurs);
  if (ours.length === 0) throw new InputError(`${path}: the table of frames has no pixels for frame ${frame + 1}`);
  const packed = new Uint8Array(ours.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { offset, length } of ours) {
    packed.set(bytes.subarray(offset, offset + length), at);
    at += length;
  }
  return packed;
}
