import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCsv, requireColumns } from "@ctsurv/cohort/table/mod.ts";

const header = ["patient", "months", "event", "S6"];
const rows = [["P-1", "32.5", "1", "0.69"], ["P-2", "9.95", "0", "0.74"], ["P-3", "1.22", "1", "0.57"]];
const joined = (delimiter: string, lines: readonly (readonly string[])[] = [header, ...rows]) =>
  lines.map((cells) => cells.join(delimiter)).join("\n") + "\n";
const plain = joined(",");

function read(text: string) {
  const { header, rows } = parseCsv(text, "table.csv");
  return { header, rows: rows.map(({ cells }) => cells) };
}
const lines = (text: string) => parseCsv(text, "table.csv").rows.map(({ line }) => line);
const message = (text: string) => assertThrows(() => parseCsv(text, "table.csv"), InputError).message;

Deno.test("parseCsv() reads cells between commas, semicolons, tabs, bars and blanks", () => {
  for (const delimiter of [",", ";", "\t", "|", " "]) assertEquals(read(joined(delimiter)), { header, rows });
});

Deno.test("parseCsv() skips Excel's sep= and comment lines, and counts them as lines", () => {
  for (const before of ["sep=,\n", "SEP=,\r\n", '"sep=,"\n', "# made by R 4.4\n", '# a "quote", and a comma\n\n#\n']) {
    assertEquals(read(before + plain), { header, rows });
    assertEquals(read("\ufeff" + before + plain), { header, rows });
  }
  assertEquals(lines("# one\r\n#two\r\n" + plain), [4, 5, 6]);
  // The table of a German Excel: the separator is given, and occurs once.
  assertEquals(read("sep=;\nx,y;z\n1,5;2\n").rows, [["1,5", "2"]]);
  assertEquals(read(plain + "# 3 patients\n"), { header, rows });
  assertEquals(read(`# ${plain}`), { header, rows }, "numpy.savetxt comments the column names out");
});

Deno.test("parseCsv() keeps patients whose names begin with #", () => {
  const named = rows.map(([, ...cells], i) => [`#${i}`, ...cells]);
  assertEquals(read(joined(",", [header, ...named])), { header, rows: named });
});

Deno.test("parseCsv() reads R's tables: row names without a column name, and quotes after a backslash", () => {
  const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell}"`);
  const named = [quoted(header), ...rows.map(([patient, ...cells], i) => [`"${i + 1}"`, `"${patient}"`, ...cells])];
  const withNames = { header: ["", ...header], rows: rows.map((cells, i) => [`${i + 1}`, ...cells]) };
  for (const delimiter of [",", " ", "\t"]) assertEquals(read(joined(delimiter, named)), withNames);
  assertEquals(read('"patient" "histology"\n"1" "P-1" "the \\"large cell\\" kind"\n').rows, [
    ["1", "P-1", 'the "large cell" kind'],
  ]);
  // Not a row name, but a separator at the end of each row.
  assertEquals(read(joined(",", [header, ...rows.map((cells) => [...cells, ""])])), { header, rows });
});

Deno.test("parseCsv() reads quoted column names that hold separators or line ends", () => {
  const names = ['"patient, as in the CT"', '"OS\n(months)"', '"dead; yes or no"'];
  assertEquals(read(joined(",", [names, ["P-1", "3", "1"]])).header, [
    "patient, as in the CT",
    "OS (months)",
    "dead; yes or no",
  ]);
  assertEquals(read('"a; b; c; d",e,f\n1,2,3\n').rows, [["1", "2", "3"]]);
});

Deno.test("parseCsv() leaves out columns without a name and without content, wherever they stand", () => {
  const spaced = [header, ...rows].map(([a, b, ...more]) => [a!, "", b!, ...more, "", "", ""]);
  assertEquals(read(joined(",", spaced)), { header, rows });
  // Excel leaves out the last separators in some rows.
  assertEquals(read("patient,months,,,\nP-1,3,,,\nP-2,4\n").rows, [["P-1", "3"], ["P-2", "4"]]);
  assertEquals(read(",patient\n0,P-1\n"), { header: ["", "patient"], rows: [["0", "P-1"]] }, "pandas' index");
  assertStringIncludes(message("patient,months,,\nP-1,2,a,b\n"), "several columns without a name that are not empty");
});

Deno.test("parseCsv() takes no-break spaces for blanks", () => {
  assertEquals(read("patient\u00a0,months\nP-1\u00a0, 3\n"), { header: ["patient", "months"], rows: [["P-1", "3"]] });
});

Deno.test("parseCsv() says that a title is no line of column names", () => {
  const titles = ["Table S1. Patients", "Table S1. Patients,,,", "Table S1. Patients, treatments", '"Table 1, all"'];
  for (const title of titles) {
    assertStringIncludes(message(`${title}\n${plain}`), `table.csv, row 1 ("`);
    assertStringIncludes(message(`${title}\n\n${plain}`), "If it is a title, delete the lines above the column names");
    assertStringIncludes(message(`${title}\n${joined(";")}`), "title");
  }
  // With as many cells as there are columns, the missing columns tell.
  const csv = parseCsv(`Table,1,all,patients\n${plain}`, "table.csv");
  const { message: missing } = assertThrows(() => requireColumns(csv, ["Patient", "event"]), InputError);
  assertStringIncludes(missing, "Row 2 has these names: delete the title or the notes above it");
});

Deno.test("parseCsv() names what is not a table", () => {
  const named: readonly (readonly [text: string, name: string])[] = [
    ["<html><table><tr><td>PatientID</td></tr></table></html>", "HTML"],
    ["\ufeff<!DOCTYPE html>\n<title>Log in</title>", "HTML"],
    ['<div class="x">\n<table>', "HTML"],
    ['<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "an Excel workbook in XML"],
    ['<?xml version="1.0"?><patients/>', "XML"],
    ['[{"patient": "P-1"}]', "JSON"],
    ['{"patient": "P-1"}\n{"patient": "P-2"}', "JSON"],
  ];
  for (const [text, name] of named) assertStringIncludes(message(text), `table.csv is ${name}`);
  assertEquals(read("<5 mm,months\n1,2\n").header, ["<5 mm", "months"]);
});

Deno.test("parseCsv() refuses what is broken, by row", () => {
  assertStringIncludes(message(plain + "P-4,2\n"), "row 5 (P-4): 2 cells, but there are 4 columns");
  assertStringIncludes(message("a,b\n1,2,3\n4,5\n"), "row 2 (1): 3 cells, but there are 2 columns");
  assertStringIncludes(message("a,A\n1,2\n"), "has the column A twice");
  assertStringIncludes(message('a,b\n"1,2\n'), "table.csv is not CSV");
  for (const text of ["", "\n \n", "# only this\n", "sep=;\n"]) assertStringIncludes(message(text), "is empty");
  assertStringIncludes(message("a,b\n"), "has no patients, only column names");
});
