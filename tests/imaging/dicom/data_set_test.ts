import { assertEquals, assertRejects } from "@std/assert";
import dicomParser from "dicom-parser";
import codecs from "../../fixtures/dicom_codecs.json" with { type: "json" };
import segmentations from "../../fixtures/segmentations.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { type DataSet, parseDataSet } from "@ctsurv/imaging/dicom/_data_set.ts";
import { openDicomFile } from "@ctsurv/imaging/dicom/_file.ts";
import { readVolume, scanDicom } from "@ctsurv/imaging/mod.ts";
import {
  concat,
  ctSlice,
  dataSetBytes,
  type DicomAttributes,
  dicomBytes,
  enhancedCt,
} from "../../support/dicom_bytes.ts";
import { decode } from "../../support/imaging_fixture.ts";
import { inFolder } from "../../support/in_folder.ts";
import { segmentationReferences } from "../../support/segmentation_references.ts";

const [IMPLICIT, EXPLICIT] = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"];
const ENCAPSULATED = 0xffffffff;

const inFile = <T>(bytes: Uint8Array, read: (path: string) => Promise<T>) =>
  inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/0.dcm`, bytes);
    return await read(`${dir}/0.dcm`);
  });
const huOf = async (bytes: Uint8Array) => [...(await inFile(bytes, (path) => readVolume(path))).volume.hu];
const expected = await huOf(dicomBytes(ctSlice(0)));

/** Offsets and lengths of all elements. */
function places({ elements }: DataSet): unknown {
  return Object.fromEntries([...elements].map(([tag, { offset, length, items, isUndefinedLength }]) => [
    `x${tag.toString(16).padStart(8, "0")}`,
    items ? items.map(places) : [offset, isUndefinedLength ? ENCAPSULATED : length],
  ]));
}

/**
 * The same by dicom-parser, without the delimiters that it lists among them, and without the attributes that it finds in
 * the preamble of a big-endian file.
 */
function parserPlaces({ elements }: dicomParser.DataSet): unknown {
  return Object.fromEntries(
    Object.entries(elements).filter(([tag]) => !/^x(000[02]|4|fffe)/.test(tag)).map((
      [tag, { dataOffset, length, items }],
    ) => [
      tag,
      items ? items.map(({ dataSet }) => parserPlaces(dataSet!)) : [dataOffset, length],
    ]),
  );
}

Deno.test("parseDataSet() finds what dicom-parser finds, in files by pydicom, highdicom and others", async () => {
  const files = [
    ...codecs.map(({ file }) => decode(file)),
    ...segmentations.ct.map(decode),
    ...segmentations.cases.map(({ file }) => decode(file)),
    ...Object.values(segmentationReferences.files),
    dicomBytes(ctSlice(0)),
    dicomBytes(ctSlice(0), IMPLICIT),
    dicomBytes(enhancedCt([0, 3, 6])),
    dicomBytes(enhancedCt([0, 3, 6]), IMPLICIT),
  ];
  for (const [i, file] of files.entries()) {
    const { bytes, start, encoding } = await inFile(file, openDicomFile);
    const { dataset, fault } = parseDataSet(bytes, start, encoding);
    const theirs = dicomParser.parseDicom(bytes, {
      untilTag: "x7fe00010",
      inflater: () => bytes,
    } as dicomParser.ParseDicomOptions);
    assertEquals([places(dataset), fault], [parserPlaces(theirs), undefined], `file ${i}`);
  }
});

for (const vr of ["OV", "SV", "UV", "OD", "OL", "OF", "UC", "UR", "UN", "ZZ"]) {
  Deno.test(`a private attribute of VR ${vr} before the pixels is passed over`, async () => {
    assertEquals(await huOf(dicomBytes(ctSlice(0, { "00291010": [vr, new Uint8Array(24)] }))), expected);
  });
}

/** An attribute with a header of one's own making. */
function element(tag: number, vr: string, length: number, value: Uint8Array = new Uint8Array()): Uint8Array {
  const head = new DataView(new ArrayBuffer(vr ? 12 : 8));
  head.setUint16(0, tag >>> 16, true);
  head.setUint16(2, tag & 0xffff, true);
  head.setUint32(vr ? 8 : 4, length, true);
  [...vr].forEach((letter, i) => head.setUint8(4 + i, letter.charCodeAt(0)));
  return concat([new Uint8Array(head.buffer), value]);
}

const [item, itemEnd, sequenceEnd] = [0xfffee000, 0xfffee00d, 0xfffee0dd].map((tag) => (length: number) =>
  element(tag, "", length)
) as [(length: number) => Uint8Array, (length: number) => Uint8Array, (length: number) => Uint8Array];
const SEQUENCE = 0x00290010;
const UNDEFINED = 0xffffffff;
const inner = { "00100020": ["LO", "inner"] } as const satisfies DicomAttributes;

/** A slice whose first attribute of group 29 is this. */
function withBytes(bytes: Uint8Array, isImplicit = false): Uint8Array {
  const tags = Object.entries(ctSlice(0, { "00100020": ["LO", "outer"] }));
  const before = Object.fromEntries(tags.filter(([tag]) => tag < "00290010"));
  const after = Object.fromEntries(tags.filter(([tag]) => tag > "00290010"));
  const meta = dicomBytes({}, isImplicit ? IMPLICIT : EXPLICIT);
  return concat([meta, dataSetBytes(before, isImplicit), bytes, dataSetBytes(after, isImplicit)]);
}

const explicit = dataSetBytes(inner, false);
const implicit = dataSetBytes(inner, true);
const sequences: Readonly<Record<string, readonly [bytes: Uint8Array, isImplicit?: boolean]>> = {
  "of undefined length": [
    concat([element(SEQUENCE, "SQ", UNDEFINED), item(explicit.length), explicit, sequenceEnd(0)]),
  ],
  "whose item has an undefined length, too": [
    concat([element(SEQUENCE, "SQ", UNDEFINED), item(UNDEFINED), explicit, itemEnd(0), sequenceEnd(0)]),
  ],
  "whose delimiters have an undefined length": [
    concat([element(SEQUENCE, "SQ", UNDEFINED), item(UNDEFINED), explicit, itemEnd(UNDEFINED), sequenceEnd(UNDEFINED)]),
  ],
  "whose last item is not ended": [
    concat([element(SEQUENCE, "SQ", UNDEFINED), item(UNDEFINED), explicit, sequenceEnd(0)]),
  ],
  "of VR UN and undefined length, with implicit items": [
    concat([element(SEQUENCE, "UN", UNDEFINED), item(implicit.length), implicit, sequenceEnd(0)]),
  ],
  "of VR UN": [element(SEQUENCE, "UN", 8 + implicit.length, concat([item(implicit.length), implicit]))],
  "with an implicit item in an explicit file": [
    element(SEQUENCE, "SQ", 8 + implicit.length, concat([item(implicit.length), implicit])),
  ],
  "with an explicit item in an implicit file": [
    element(SEQUENCE, "", 8 + explicit.length, concat([item(explicit.length), explicit])),
    true,
  ],
  "without items": [element(SEQUENCE, "SQ", 0)],
  "of undefined length without items": [concat([element(SEQUENCE, "SQ", UNDEFINED), sequenceEnd(0)])],
  "that is packed data of undefined length": [
    concat([element(SEQUENCE, "OB", UNDEFINED), item(4), new Uint8Array(4), sequenceEnd(UNDEFINED)]),
  ],
};

for (const [name, [bytes, isImplicit]] of Object.entries(sequences)) {
  Deno.test(`a sequence ${name} is passed over, and its attributes are not those of the file`, async () => {
    const file = withBytes(bytes, isImplicit);
    assertEquals(await huOf(file), expected);
    assertEquals((await inFile(file, scanDicom))?.patient, "outer");
  });
}

Deno.test("sequences nested beyond all reason are refused, not followed", async () => {
  const deep = Array.from({ length: 20_000 }, () => concat([element(SEQUENCE, "SQ", UNDEFINED), item(UNDEFINED)]));
  await assertRejects(() => huOf(withBytes(concat(deep))), InputError, "nested more than 32 deep");
});

const slice = ctSlice(0, { "00100020": ["LO", "A"] });
const data = { explicit: dataSetBytes(slice, false), implicit: dataSetBytes(slice, true) };
const meta = (syntax: string) => dicomBytes({}, syntax);
/** Group 2 without a transfer syntax. */
const metaWithout = meta("").subarray(0, 132 + 12);
const files: Readonly<Record<string, Uint8Array>> = {
  "declared explicit, but implicit": concat([meta(EXPLICIT), data.implicit]),
  "declared implicit, but explicit": concat([meta(IMPLICIT), data.explicit]),
  "explicit, without preamble": concat([meta(EXPLICIT), data.explicit]).subarray(128),
  "implicit, without preamble and DICM": concat([meta(IMPLICIT), data.implicit]).subarray(132),
  "implicit, without preamble and group 2": data.implicit,
  "explicit, without preamble and group 2": data.explicit,
  "implicit, with preamble but without group 2": concat([meta(IMPLICIT).subarray(0, 132), data.implicit]),
  "explicit, with a group 2 that gives no transfer syntax": concat([metaWithout, data.explicit]),
  "with a wrong length of group 2": (() => {
    const file = concat([meta(EXPLICIT), data.explicit]);
    new DataView(file.buffer).setUint32(140, 9999, true);
    return file;
  })(),
  "with zeros after its pixels": concat([meta(EXPLICIT), data.explicit, new Uint8Array(7)]),
};

for (const [name, bytes] of Object.entries(files)) {
  Deno.test(`a DICOM file ${name} is read, and import sees the same`, async () => {
    assertEquals(await huOf(bytes), expected);
    const facts = await inFile(bytes, scanDicom);
    assertEquals([facts?.patient, facts?.modality, facts?.series], ["A", "CT", "1.2.3"]);
  });
}

Deno.test("a file in the other byte order than it says is refused, as nobody knows the order of its pixels", async () => {
  const little = concat([meta("1.2.840.10008.1.2.2"), data.explicit]);
  await assertRejects(() => huOf(little), InputError, "Explicit VR Big Endian, but its attributes are in the other");
});

Deno.test("text and numbers that begin like an attribute are not taken for DICOM", async () => {
  const numbers = new Uint8Array(400).fill(1);
  numbers.set([8, 0, 5, 0, 10, 0, 0, 0]);
  for (const bytes of [numbers, new TextEncoder().encode("\b\0\b\0CS".padEnd(200, "x"))]) {
    assertEquals(await inFile(bytes, scanDicom), undefined);
  }
});
