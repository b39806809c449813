/** A format that is not a table in text, and what to do about it. */
export interface OtherFormat {
  /** As in "the file is …". */
  readonly name: string;
  /** How to get a table of it. */
  readonly advice: string;
}

const excel = 'open it in Excel and save it by File > Save As as "CSV UTF-8 (Comma delimited)"';
const office = 'open it in LibreOffice and save it by File > Save As as "Text CSV", with the character set UTF-8';
const fromPandas = (read: string) => `export it as CSV, in Python: pandas.${read}(…).to_csv("table.csv", index=False)`;
const fromR = 'export it as CSV, in R: write.csv(readRDS("…"), "table.csv", row.names = FALSE)';
const unpack = "unpack it, and give the table that is in it";

/** What files of other formats begin with, in bytes or as Latin-1. Archives in zip are told apart by their entries. */
const beginnings: readonly (readonly [start: string, OtherFormat])[] = [
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", { name: "a workbook of Excel 97-2003 (.xls)", advice: excel }],
  ["%PDF", { name: "a PDF", advice: "ask for the table as CSV; numbers copied out of a PDF are often wrong" }],
  ["{\\rtf", { name: "an RTF document", advice: "save the table in it as CSV UTF-8" }],
  ["$FL2", { name: "an SPSS file (.sav)", advice: fromPandas("read_spss") }],
  ["$FL3", { name: "an SPSS file (.zsav)", advice: fromPandas("read_spss") }],
  ["<stata_dta>", { name: "a Stata file (.dta)", advice: fromPandas("read_stata") }],
  ["PAR1", { name: "a Parquet file", advice: fromPandas("read_parquet") }],
  ["ARROW1", { name: "a Feather file", advice: fromPandas("read_feather") }],
  ["FEA1", { name: "a Feather file", advice: fromPandas("read_feather") }],
  ["RDX2", { name: "R's saved data (.RData)", advice: fromR }],
  ["RDX3", { name: "R's saved data (.RData)", advice: fromR }],
  ["X\n\0\0\0", { name: "R's saved data (.rds)", advice: fromR }],
  ["SQLite format 3\0", { name: "an SQLite database", advice: "export the table as CSV" }],
  ["BZh", { name: "compressed by bzip2", advice: "unpack it, or compress it by gzip" }],
  ["\xfd7zXZ\0", { name: "compressed by xz", advice: "unpack it, or compress it by gzip" }],
  ["\x28\xb5\x2f\xfd", { name: "compressed by zstd", advice: "unpack it, or compress it by gzip" }],
  ["7z\xbc\xaf\x27\x1c", { name: "a 7z archive", advice: unpack }],
  ["Rar!", { name: "a RAR archive", advice: unpack }],
  ["\x1f\x8b", { name: "compressed by gzip twice", advice: "unpack it once" }],
  ["version https://git-lfs", { name: "a pointer of Git LFS, not the table", advice: "get the table: git lfs pull" }],
  ["\x89PNG", { name: "a picture", advice: "ask for the table as CSV" }],
  ["\xff\xd8\xff", { name: "a picture", advice: "ask for the table as CSV" }],
];

/** Entries by which an archive in zip is known. */
const archives: readonly (readonly [entry: string, OtherFormat])[] = [
  ["xl/", { name: "an Excel workbook", advice: excel }],
  ["application/vnd.oasis.opendocument", { name: "a LibreOffice document", advice: office }],
  ["Index/", { name: "an Apple Numbers document", advice: "open it in Numbers and use File > Export To > CSV" }],
  ["word/", { name: "a Word document", advice: "copy its table into a spreadsheet, and save that as CSV UTF-8" }],
];

/** How far from both ends of an archive its entries are looked for. */
const SEARCHED = 65536;

/** The format of a file that is not text, if its first bytes say so. */
export function otherBinaryFormat(bytes: Uint8Array, file: string): OtherFormat | undefined {
  const latin1 = (part: Uint8Array) => new TextDecoder("latin1").decode(part);
  // Not by TextDecoder, whose latin1 is Windows-1252.
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const found = beginnings.find(([beginning]) => start.startsWith(beginning));
  if (found) return found[1];
  // "SAS" is in the header of the database, behind 84 fixed bytes.
  if (latin1(bytes.subarray(84, 92)) === "SAS FILE") {
    return { name: "a SAS data set (.sas7bdat)", advice: fromPandas("read_sas") };
  }
  if (latin1(bytes.subarray(128, 132)) === "DICM") {
    return { name: "a DICOM file", advice: "give the table; the images have an option of their own" };
  }
  if (!start.startsWith("PK\x03") && !start.startsWith("PK\x05")) return undefined;
  const entries = latin1(bytes.subarray(0, SEARCHED)) + latin1(bytes.subarray(-SEARCHED));
  const archive = archives.find(([entry]) => entries.includes(entry));
  if (archive) return archive[1];
  if (/\.xls[xmb]$/i.test(file)) return archives[0]![1];
  return { name: "a zip archive", advice: unpack };
}

/** The format of a text that is not a table of cells between separators. */
export function otherTextFormat(text: string): OtherFormat | undefined {
  const start = text.slice(0, 4096).trimStart().toLowerCase();
  if (/^<!doctype html|^<\w+[^>]*>[^]*<(table|tr|body|html)\b|^<(html|table|head|body|meta|div)\b/.test(start)) {
    return { name: "HTML, a web page", advice: "open it in a browser or in Excel, and save its table as CSV UTF-8" };
  }
  if (/^mime-version:/.test(start)) return { name: "HTML, a web page in one file (.mht)", advice: excel };
  if (/^<\?xml/.test(start)) {
    return /urn:schemas-microsoft-com|mso-application/.test(start)
      ? { name: "an Excel workbook in XML", advice: excel }
      : { name: "XML", advice: "export the table as CSV UTF-8" };
  }
  if (/^[[{]\s*["[{\]}\d]/.test(start) && isJson(text)) return { name: "JSON", advice: fromPandas("read_json") };
  return undefined;
}

/** Whether a text, or its first line, is JSON. */
function isJson(text: string): boolean {
  const firstLine = text.trimStart().split("\n", 1)[0]!;
  return [text, firstLine].some((part) => {
    try {
      return typeof JSON.parse(part) === "object";
    } catch {
      return false;
    }
  });
}
