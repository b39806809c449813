/** A data element: tag, value representation, value. Several values of text are joined by backslashes. */
export type DicomElement =
  | readonly [tag: number, vr: "CS" | "DA" | "DS" | "IS" | "LO" | "PN" | "SH" | "TM" | "UI", value: string]
  | readonly [tag: number, vr: "US" | "UL", value: number]
  | readonly [tag: number, vr: "OB" | "OW", value: Uint8Array];

/** Whether the file says each element's value representation, or readers look it up. Both little-endian. */
export type VrEncoding = "explicit" | "implicit";

export interface EncodeDicomOptions {
  readonly encoding: VrEncoding;
  readonly sopClass: string;
  /** SOP instance UID. */
  readonly uid: string;
}

const transferSyntax = { explicit: "1.2.840.10008.1.2.1", implicit: "1.2.840.10008.1.2" };
/** Of this software, in the arc for UUIDs. */
const IMPLEMENTATION = "2.25.167204859230912348127310231840772561907";

/** Encodes a DICOM file (PS3.10): preamble, meta information, then the elements, put into the order of their tags. */
export function encodeDicom(elements: readonly DicomElement[], options: EncodeDicomOptions): Uint8Array {
  const meta = encodeAll([
    [0x00020001, "OB", Uint8Array.of(0, 1)],
    [0x00020002, "UI", options.sopClass],
    [0x00020003, "UI", options.uid],
    [0x00020010, "UI", transferSyntax[options.encoding]],
    [0x00020012, "UI", IMPLEMENTATION],
    [0x00020013, "SH", "ctsurv"],
  ], "explicit");
  const length = encodeAll([[0x00020000, "UL", meta.length]], "explicit");
  const data = encodeAll([...elements].sort(([a], [b]) => a - b), options.encoding);
  const magic = new TextEncoder().encode("DICM");
  return concatenate([new Uint8Array(128), magic, length, meta, data]);
}

function encodeAll(elements: readonly DicomElement[], encoding: VrEncoding): Uint8Array {
  return concatenate(elements.flatMap((element) => encodeElement(element, encoding)));
}

/** Header and value (PS3.5 7.1). */
function encodeElement(element: DicomElement, encoding: VrEncoding): [Uint8Array, Uint8Array] {
  const [tag, vr] = element;
  const value = encodeValue(element);
  const isLong = vr === "OB" || vr === "OW";
  const header = new DataView(new ArrayBuffer(encoding === "explicit" && isLong ? 12 : 8));
  header.setUint16(0, tag >>> 16, true);
  header.setUint16(2, tag & 0xffff, true);
  if (encoding === "implicit") {
    header.setUint32(4, value.length, true);
  } else {
    header.setUint8(4, vr.charCodeAt(0));
    header.setUint8(5, vr.charCodeAt(1));
    if (isLong) header.setUint32(8, value.length, true);
    else header.setUint16(6, value.length, true);
  }
  return [new Uint8Array(header.buffer), value];
}

/** The bytes of a value; text is padded to an even length, UIDs with a zero byte and the rest with a space. */
function encodeValue([, vr, value]: DicomElement): Uint8Array {
  if (typeof value === "string") {
    return new TextEncoder().encode(value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " "));
  }
  if (typeof value === "number") {
    return new Uint8Array(vr === "US" ? Uint16Array.of(value).buffer : Uint32Array.of(value).buffer);
  }
  return value.length % 2 === 0 ? value : concatenate([value, Uint8Array.of(0)]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
