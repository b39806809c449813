/** One attribute: tag as "00280010", value representation, value. `undefined` leaves it out. */
export type DicomAttributes = Readonly<Record<string, readonly [vr: string, value: DicomValue] | undefined>>;
type DicomValue = string | number | Uint8Array | readonly DicomAttributes[];

/** A small whole CT slice, 4 rows x 5 columns, Explicit VR Little Endian, at height `z` mm. */
export function ctSlice(z: number, overrides: DicomAttributes = {}): DicomAttributes {
  return {
    "00080008": ["CS", "ORIGINAL\\PRIMARY\\AXIAL"],
    "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.2"],
    "00080060": ["CS", "CT"],
    "00180050": ["DS", "3.0"],
    "0020000e": ["UI", "1.2.3"],
    "00200032": ["DS", `-10\\-20\\${z}`],
    "00200037": ["DS", "1\\0\\0\\0\\1\\0"],
    "00280002": ["US", 1],
    "00280004": ["CS", "MONOCHROME2"],
    "00280010": ["US", 4],
    "00280011": ["US", 5],
    "00280030": ["DS", "0.8\\0.7"],
    "00280100": ["US", 16],
    "00280101": ["US", 16],
    "00280102": ["US", 15],
    "00280103": ["US", 0],
    "00281052": ["DS", "-1024"],
    "00281053": ["DS", "1"],
    "7fe00010": ["OW", pixels((i) => 100 + i + Math.round(z))],
    ...overrides,
  };
}

/** The slices at these heights as the frames of one enhanced CT, of which `described` (all) say where they lie. */
export function enhancedCt(heights: readonly number[], described = heights.length): DicomAttributes {
  const slices = heights.map((z) => ctSlice(z));
  const of = (
    slice: DicomAttributes,
    ...tags: readonly string[]
  ) => [Object.fromEntries(tags.map((tag) => [tag, slice[tag]]))];
  const frames = slices.slice(0, described).map((slice): DicomAttributes => ({
    "00209113": ["SQ", of(slice, "00200032")],
    "00209116": ["SQ", of(slice, "00200037")],
  }));
  const shared: DicomAttributes = {
    "00289110": ["SQ", of(slices[0]!, "00180050", "00280030")],
    "00289145": ["SQ", of(slices[0]!, "00281052", "00281053")],
  };
  const moved = ["00180050", "00200032", "00200037", "00280030", "00281052", "00281053"];
  return {
    ...slices[0],
    ...Object.fromEntries(moved.map((tag) => [tag, undefined])),
    "00280008": ["IS", String(heights.length)],
    "52009229": ["SQ", [shared]],
    "52009230": ["SQ", frames],
    "7fe00010": ["OW", concat(slices.map((slice) => slice["7fe00010"]![1] as Uint8Array))],
  };
}

/** The 20 stored pixels of {@linkcode ctSlice}, little-endian. */
export function pixels(value: (index: number) => number, count = 20): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: count }, (_, i) => value(i)).buffer);
}

/** The data set of a file, without preamble, "DICM" and group 2. */
export function dataSetBytes(attributes: DicomAttributes, isImplicit: boolean): Uint8Array {
  return dataset(attributes, isImplicit);
}

/** A DICOM file. The data set is written with implicit VRs if the syntax says so, else with explicit ones. */
export function dicomBytes(attributes: DicomAttributes, syntax = "1.2.840.10008.1.2.1"): Uint8Array {
  const isMeta = ([tag]: [string, unknown]) => tag.startsWith("0002");
  const given = Object.entries(attributes).filter(isMeta);
  const meta = dataset({ ...Object.fromEntries(given), "00020010": ["UI", syntax] }, false);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, meta.length, true);
  const isImplicit = syntax === "1.2.840.10008.1.2";
  const data = dataset(Object.fromEntries(Object.entries(attributes).filter((entry) => !isMeta(entry))), isImplicit);
  return concat([new Uint8Array(128), ascii("DICM"), element("00020000", "UL", length, false), meta, data]);
}

function dataset(attributes: DicomAttributes, isImplicit: boolean): Uint8Array {
  const entries = Object.entries(attributes).sort();
  return concat(entries.flatMap(([tag, entry]) => entry ? [element(tag, entry[0], entry[1], isImplicit)] : []));
}

/** Items of a sequence, each with its length before it. */
function items(value: readonly DicomAttributes[], isImplicit: boolean): Uint8Array {
  return concat(value.flatMap((item) => {
    const bytes = dataset(item, isImplicit);
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, 0xe000fffe, true);
    head.setUint32(4, bytes.length, true);
    return [new Uint8Array(head.buffer), bytes];
  }));
}

/** Writes slices as `dir/0.dcm`, `dir/1.dcm` and so on. */
export async function writeSlices(dir: string, slices: readonly DicomAttributes[], syntax?: string): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
  for (const [i, slice] of slices.entries()) await Deno.writeFile(`${dir}/${i}.dcm`, dicomBytes(slice, syntax));
}

function element(tag: string, vr: string, value: DicomValue, isImplicit: boolean): Uint8Array {
  let bytes: Uint8Array;
  if (typeof value === "number") bytes = new Uint8Array(new Uint16Array([value]).buffer);
  else if (typeof value === "string") bytes = ascii(value.length % 2 ? value + (vr === "UI" ? "\0" : " ") : value);
  else bytes = value instanceof Uint8Array ? value : items(value, isImplicit);
  const isLong = "OB OD OF OL OV OW SQ SV UC UN UR UT UV ZZ".includes(vr);
  const head = new DataView(new ArrayBuffer(isImplicit || !isLong ? 8 : 12));
  head.setUint16(0, parseInt(tag.slice(0, 4), 16), true);
  head.setUint16(2, parseInt(tag.slice(4), 16), true);
  if (isImplicit) {
    head.setUint32(4, bytes.length, true);
  } else {
    head.setUint8(4, vr.charCodeAt(0));
    head.setUint8(5, vr.charCodeAt(1));
    if (isLong) head.setUint32(8, bytes.length, true);
    else head.setUint16(6, bytes.length, true);
  }
  return concat([new Uint8Array(head.buffer), bytes]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Bytes one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
