import { assertEquals } from "@std/assert";
import { decodeText } from "@ctsurv/imaging/dicom/_character_sets.ts";
import { scanDicom } from "@ctsurv/imaging/mod.ts";
import { ctSlice, dicomBytes } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** The examples of PS3.5 annexes H, I, J and K, and names in sets of one byte. */
const examples: readonly (readonly [characterSet: string, bytes: string, text: string])[] = [
  ["", "LUNG1-001", "LUNG1-001"],
  ["ISO_IR 6", "LUNG1-001", "LUNG1-001"],
  ["ISO_IR 100", "Buc^J\xe9r\xf4me", "Buc^Jérôme"],
  ["ISO 2022 IR 100", "Buc^J\xe9r\xf4me", "Buc^Jérôme"],
  ["iso-ir 100", "H\xf4pital", "Hôpital"],
  ["ISO_IR 101", "\xa3\xf3d\xbc", "Łódź"],
  ["ISO_IR 109", "\xa6amru\xb1", "Ĥamruħ"],
  ["ISO_IR 110", "R\xefga", "Rīga"],
  ["ISO_IR 144", "\xbb\xee\xda\xd0", "Люка"],
  ["ISO_IR 127", "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"],
  ["ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"],
  ["ISO_IR 138", "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"],
  ["ISO_IR 148", "\xc7avu\xfeo\xf0lu", "Çavuşoğlu"],
  ["ISO_IR 203", "1\xa4", "1€"],
  ["ISO_IR 166", "\xa1\xc3\xd8\xa7\xe0\xb7\xbe", "กรุงเทพ"],
  ["ISO_IR 13", "\xd4\xcf\xc0\xde^\xc0\xdb\xb3", "ﾔﾏﾀﾞ^ﾀﾛｳ"],
  ["ISO_IR 192", "Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1", "Wang^XiaoDong=王^小東"],
  ["GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "Wang^XiaoDong=王^小东"],
  ["GBK", "\xcd\xf5^\xd0\xa1\xb6\xab", "王^小东"],
  [
    "\\ISO 2022 IR 87",
    "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
    "Yamada^Tarou=山田^太郎",
  ],
  [
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
    "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
  ],
  ["\\ISO 2022 IR 149", "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "Hong^Gildong=洪^吉洞"],
  ["\\ISO 2022 IR 58", "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab", "Zhang^XiaoDong=张^小东"],
  ["\\ISO 2022 IR 144", "A\x1b-L\xbb\xee", "AЛю"],
  ["\\ISO 2022 IR 159", "\x1b$(D\x30\x22\x1b(B", "丄"],
  // Not said, or not true of what was written.
  ["", "H\xc3\xb4pital", "Hôpital"],
  ["", "H\xf4pital", "Hôpital"],
  ["ISO_IR 999", "H\xf4pital", "Hôpital"],
];

for (const [set, bytes, text] of examples) {
  Deno.test(`decodeText() reads ${text} in "${set}"`, () => {
    assertEquals(decodeText(latin(bytes), set.split("\\")), text);
  });
}

Deno.test("decodeText() takes escape sequences that lead nowhere, or break off", () => {
  for (const bytes of ["\x1b", "A\x1b", "A\x1b$", "A\x1b$(", "\x1b\x1b\x1b", "A\x1bzB", "\x1b$B\x30"]) {
    assertEquals(typeof decodeText(latin(bytes), ["", "ISO 2022 IR 87"]), "string");
  }
});

Deno.test("scanDicom() reads PatientID and description in the file's character set, whose bytes may hold a backslash", async () => {
  const told = (set: string, id: string, syntax: string) =>
    inFolder(async (dir) => {
      const names = { "00100020": ["LO", latin(id)], "0008103e": ["LO", latin(id)] } as const;
      await Deno.writeFile(`${dir}/0.dcm`, dicomBytes(ctSlice(0, { "00080005": ["CS", set], ...names }), syntax));
      const facts = await scanDicom(`${dir}/0.dcm`);
      return [facts?.patient, facts?.description];
    });
  for (const syntax of ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"]) {
    assertEquals(await told("ISO_IR 192", "H\xc3\xb4pital-1 ", syntax), ["Hôpital-1", "Hôpital-1"]);
    assertEquals(await told("GB18030", "\xe8\x5c-1", syntax), ["鑌-1", "鑌-1"]);
    assertEquals(await told("ISO_IR 144", "\xbb\xee-001 ", syntax), ["Лю-001", "Лю-001"]);
  }
});
