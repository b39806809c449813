import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InputError } from "@ctsurv/base/mod.ts";
import { readCsv } from "@ctsurv/cohort/table/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const table = "patient,months\nMüller,24\nMöller,9.5\n";
const cells = [["Müller", "24"], ["Möller", "9.5"]];

/** The bytes of a text whose characters are all below 256. */
const latin1 = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const utf16 = (text: string, isBig = false) => {
  const bytes = new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);
  return isBig ? bytes.map((_, i) => bytes[i ^ 1]!) : bytes;
};
const utf8 = (text: string) => new TextEncoder().encode(text);

function readBytes(bytes: Uint8Array, name = "table.csv") {
  return inFolder(async (dir) => {
    await Deno.writeFile(join(dir, name), bytes);
    return await readCsv(join(dir, name));
  });
}
const refused = async (bytes: Uint8Array, name?: string) =>
  (await assertRejects(() => readBytes(bytes, name), InputError)).message;

Deno.test("readCsv() reads UTF-8 and UTF-16, with and without byte-order mark, and gzip, without a note", async () => {
  const encoded = [
    utf8(table),
    utf8("\ufeff" + table),
    utf16("\ufeff" + table),
    utf16("\ufeff" + table, true),
    utf16(table),
    utf16(table, true),
    utf16("\ufeff" + table.replaceAll(",", "\t")),
  ];
  for (const bytes of [...encoded, ...encoded.map((bytes) => new Uint8Array(gzipSync(bytes)))]) {
    const { rows, notes } = await readBytes(bytes);
    assertEquals([rows.map(({ cells }) => cells), notes], [cells, []]);
  }
});

Deno.test("readCsv() reads Latin-1 with its letters and says so", async () => {
  const { rows, notes } = await readBytes(latin1(table));
  assertEquals(rows.map(({ cells }) => cells), cells);
  assertStringIncludes(notes[0]!, 'was read as Latin-1 (Windows-1252), for example "Müller"');
  const odd = latin1("name,volume mm\xb2,note\nFran\xe7ois,5 \xb0C,Crohn\x92s \x96 \x84early\x94\n");
  await assertRejects(() => readBytes(odd), InputError, "0x84");
  const signs = await readBytes(latin1("name,volume mm\xb2,note\nFran\xe7ois,5 \xb0C,Crohn\x92s \x96 \x93early\x94\n"));
  assertEquals(signs.rows[0]!.cells, ["François", "5 °C", "Crohn’s – “early”"]);
});

Deno.test("readCsv() refuses what is neither UTF-8 nor Latin-1, by the row, and never loses a letter", async () => {
  const names = {
    "Mac Roman": "M\x9fller",
    "DOS": "M\x81ller",
    "GB18030": "\xcd\xf5\xce\xb0",
    "GB18030, one sign": "\xc4\xd0",
    "Shift JIS": "\x8e\x52\x93\x63",
    "Windows-1251": "\xc8\xe2\xe0\xed\xee\xe2",
  };
  for (const [encoding, name] of Object.entries(names)) {
    const message = await refused(latin1(`patient,months\nP-1,2\n${name},24\n`));
    assertStringIncludes(message, "row 3: the byte 0x", encoding);
    assertStringIncludes(message, "Save the table as CSV UTF-8");
  }
  assertStringIncludes(await refused(utf16("\ufeffa,b\n1,2\n").subarray(0, -1)), "UTF-16, but damaged");
  assertStringIncludes(await refused(latin1("\xff\xfe\0\0a\0\0\0")), "text in UTF-32");
  assertStringIncludes(await refused(utf8("a,b\n1,\0\n")), "row 2: a zero byte");
  const { notes } = await readBytes(utf8("patient,months\nM\ufffdller,2\n"));
  assertStringIncludes(notes[0]!, "row 2: a replacement character");
});

Deno.test("readCsv() names files of other programs, and says how to export a table", async () => {
  const zip = (entry: string) => latin1(`PK\x03\x04${"\0".repeat(26)}${entry}`);
  const named: readonly (readonly [bytes: Uint8Array, name: string, advice: string])[] = [
    [zip("xl/workbook.xml"), "an Excel workbook", "CSV UTF-8"],
    [zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "a LibreOffice document", "Text CSV"],
    [zip("Index/Document.iwa"), "an Apple Numbers document", "Export To"],
    [zip("table.csv"), "a zip archive", "unpack it"],
    [latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), "a workbook of Excel 97-2003", "CSV UTF-8"],
    [latin1("%PDF-1.7"), "a PDF", "CSV"],
    [latin1("$FL2@(#) SPSS"), "an SPSS file", "read_spss"],
    [latin1("<stata_dta><header>"), "a Stata file", "read_stata"],
    [latin1("PAR1\x15\0"), "a Parquet file", "read_parquet"],
    [latin1("\0".repeat(84) + "SAS FILE"), "a SAS data set", "read_sas"],
    [new Uint8Array(gzipSync(latin1("X\n\0\0\0\x03"))), "R's saved data (.rds)", "write.csv"],
    [latin1("\0".repeat(128) + "DICM"), "a DICOM file", "images"],
    [utf8("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), "a pointer of Git LFS", "git lfs pull"],
  ];
  for (const [bytes, name, advice] of named) {
    const message = await refused(bytes);
    assertStringIncludes(message, `table.csv is ${name}`);
    assertStringIncludes(message, advice);
  }
  assertStringIncludes(await refused(latin1("PK\x03\x04"), "table.xlsx"), "an Excel workbook");
});

Deno.test("readCsv() refuses damaged gzip, folders, pipes and what is not there", async () => {
  const packed = new Uint8Array(gzipSync(utf8(table)));
  assertStringIncludes(await refused(packed.subarray(0, -9)), "compressed by gzip, and damaged");
  await inFolder(async (dir) => {
    await assertRejects(() => readCsv(dir), InputError, "is a folder; give the file in it");
    await assertRejects(() => readCsv(join(dir, "none.csv")), InputError, "there is no such file");
    if (Deno.build.os === "windows") return;
    const pipe = join(dir, "pipe.csv");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    await assertRejects(() => readCsv(pipe), InputError, "is a named pipe or a device");
    await assertRejects(() => readCsv("/dev/zero"), InputError, "gives more than any table has");
  });
});
