import dicomParser from "dicom-parser";
import { InputError } from "@ctsurv/base/mod.ts";
import { type DicomFile, guardParser, type PixelCodec, syntaxName } from "../_file.ts";

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

/** Unpacks one frame of compressed pixel data: [rows, columns], little-endian. Throws InputErrors that name the file. */
export type Unpacker = (
  file: DicomFile,
  location: { readonly codec: Packed; readonly frame: number },
  shape: FrameShape,
) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Makes a function that unpacks frame after frame. It keeps its decoder, except after an error: damaged bytes can leave
 * WebAssembly memory in disorder.
 */
export function createUnpacker(): Unpacker {
  const ready = new Map<Packed, FrameDecoder>();
  return async (file, { codec, frame }, shape) => {
    const packed = packedFrame(file, frame);
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

/** All fragments of a frame as one. A file of one frame may have cut it into several. */
function packedFrame({ path, bytes }: DicomFile, frame: number): Uint8Array {
  const dataset = guardParser(path, () => dicomParser.parseDicom(bytes));
  const element = dataset.elements.x7fe00010;
  const { fragments = [], basicOffsetTable = [] } = element ?? {};
  const frames = guardParser(path, () => dataset.intString("x00280008")) ?? 1;
  const isWhole = frames === 1 && fragments.length > 0;
  if (!element || !isWhole && basicOffsetTable.length === 0 && fragments.length !== frames) {
    throw new InputError(
      `${path}: ${fragments.length} pieces of compressed pixels, which do not say to which of ${frames} frames they belong`,
    );
  }
  return guardParser(path, () => {
    if (isWhole) return dicomParser.readEncapsulatedPixelDataFromFragments(dataset, element, 0, fragments.length);
    if (basicOffsetTable.length > 0) return dicomParser.readEncapsulatedImageFrame(dataset, element, frame);
    return dicomParser.readEncapsulatedPixelDataFromFragments(dataset, element, frame, 1);
  });
}
