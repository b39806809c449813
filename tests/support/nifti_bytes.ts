export interface NiftiFields {
  /** dim[0] to dim[7]; default a volume of 4 columns, 3 rows, 2 slices. */
  readonly dim?: readonly number[];
  readonly datatype?: number;
  readonly bits?: number;
  readonly pixdim?: readonly number[];
  readonly voxOffset?: number;
  readonly magic?: string;
  readonly units?: number;
  readonly sformCode?: number;
  readonly qformCode?: number;
  readonly quaternion?: readonly number[];
  readonly qoffset?: readonly number[];
  readonly sform?: readonly number[];
  readonly slope?: number;
  readonly intercept?: number;
  /** What follows the header from byte 352 on; its numbers are in the byte order of the header. */
  readonly data?: Uint8Array;
  readonly isBigEndian?: boolean;
}

/** A NIfTI-1 file: by default little-endian int16 zeros in "RAS" order at 1 x 2 x 3 mm. */
export function niftiBytes(fields: NiftiFields = {}): Uint8Array {
  const { dim = [3, 4, 3, 2, 1, 1, 1, 1], pixdim = [1, 1, 2, 3, 0, 0, 0, 0] } = fields;
  const data = fields.data ?? new Uint8Array(4 * 3 * 2 * 2);
  const bytes = new Uint8Array(352 + data.length);
  const view = new DataView(bytes.buffer);
  const isLittle = !fields.isBigEndian;
  view.setInt32(0, 348, isLittle);
  dim.forEach((size, i) => view.setInt16(40 + 2 * i, size, isLittle));
  view.setInt16(70, fields.datatype ?? 4, isLittle);
  view.setInt16(72, fields.bits ?? 16, isLittle);
  pixdim.forEach((size, i) => view.setFloat32(76 + 4 * i, size, isLittle));
  view.setFloat32(108, fields.voxOffset ?? 352, isLittle);
  view.setFloat32(112, fields.slope ?? 1, isLittle);
  view.setFloat32(116, fields.intercept ?? 0, isLittle);
  view.setUint8(123, fields.units ?? 2);
  view.setInt16(252, fields.qformCode ?? 0, isLittle);
  view.setInt16(254, fields.sformCode ?? 1, isLittle);
  (fields.quaternion ?? [0, 0, 0]).forEach((value, i) => view.setFloat32(256 + 4 * i, value, isLittle));
  (fields.qoffset ?? [0, 0, 0]).forEach((value, i) => view.setFloat32(268 + 4 * i, value, isLittle));
  (fields.sform ?? [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0]).forEach((value, i) =>
    view.setFloat32(280 + 4 * i, value, isLittle)
  );
  [...(fields.magic ?? "n+1")].forEach((letter, i) => view.setUint8(344 + i, letter.charCodeAt(0)));
  bytes.set(data, 352);
  return bytes;
}
