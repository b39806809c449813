import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatClinical } from "@ctsurv/cohort/table/clinical.ts";
import { type ClinicalColumns, parseClinical, parseClinicalColumns } from "@ctsurv/cohort/table/mod.ts";
import { daysToMonths } from "@ctsurv/survival/mod.ts";

const claro = {
  columns: { patient: "ID", survival: "OS (months)", status: "Vital status", age: "Age", gender: "Sex", tStage: "cT" },
  survivalUnit: "months",
  dead: ["deceased", "dead of disease"],
  alive: ["alive"],
  male: ["M"],
  female: ["F"],
  unknown: ["-9"],
};
const table = [
  "\ufeffID;Sex;Age;cT;OS (months);Vital status;Ward",
  'CLARO-01;m;71,5;"T2a";24;Deceased;A',
  "CLARO-02;F;-9;T4;30,5;alive;B",
].join("\r\n");

const columns = (changes: object = {}) =>
  parseClinicalColumns(JSON.stringify({ ...claro, ...changes }), "columns.json");
const parse = (text = table, meaning: ClinicalColumns = columns()) => parseClinical(text, "claro.csv", meaning);
/** Of a table with none but the three columns that must be there. */
const threeColumns = (patient: string, survival: string, status: string, changes: object = {}) =>
  columns({ columns: { patient, survival, status }, male: undefined, female: undefined, ...changes });
const refused = (changes: object) => assertThrows(() => columns(changes), InputError).message;

Deno.test("parseClinical() reads another hospital's table by its columns file", () => {
  const unknown = { nStage: null, mStage: null, overallStage: null, histology: null };
  assertEquals(parse(), [
    { patient: "CLARO-01", age: 71.5, tStage: "T2a", ...unknown, gender: "male", survivalDays: 730.5, dead: true },
    {
      patient: "CLARO-02",
      age: null,
      tStage: "T4",
      ...unknown,
      gender: "female",
      survivalDays: 30.5 * 30.4375,
      dead: false,
    },
  ]);
});

Deno.test("parseClinical() of months and years gives the months and years that were written, also when read back", () => {
  for (let months = 0; months <= 120; months++) {
    const text = `ID,t,s\nA,${months},1`;
    const meaning = threeColumns("id", "T", "S", { dead: ["1"], alive: ["0"] });
    const records = parse(text, meaning);
    assertEquals(daysToMonths(records[0]!.survivalDays), months);
    assertEquals(parseClinical(formatClinical(records), "clinical.csv"), records);
  }
  const years = threeColumns("ID", "t", "s", { survivalUnit: "years" });
  assertEquals(daysToMonths(parse("ID,t,s\nA,2,alive", years)[0]!.survivalDays), 24);
});

Deno.test("parseClinical() by a columns file names file, row and the table's own column", () => {
  const message = (from: string, to: string) => assertThrows(() => parse(table.replace(from, to)), InputError).message;
  assertEquals(
    message(";24;", ";two years;"),
    'claro.csv, row 2 (CLARO-01), column OS (months): "two years" is not a number of months; write months, e.g. 18.5',
  );
  assertStringIncludes(message("Deceased", "?"), 'row 2 (CLARO-01), column Vital status: "?" is not alive or deceased');
  assertStringIncludes(message("Deceased", "-9"), "column Vital status: nothing there; write deceased or dead of");
  assertStringIncludes(message("F;-9", "x;-9"), 'row 3 (CLARO-02), column Sex: "x" is neither male (M) nor female (F)');
  assertStringIncludes(message("CLARO-02", "CLARO-01"), "column ID: row 2 is the same patient");
});

Deno.test("parseClinical() refuses a table that lacks a column which the columns file names, optional ones too", () => {
  const text = table.replace("Sex", "sx").replace("OS (months)", "OS");
  assertStringIncludes(
    assertThrows(() => parse(text), InputError).message,
    "claro.csv has no column Sex, OS (months); its columns are ID, sx, Age",
  );
});

Deno.test("parseClinical() takes a decimal comma in tabs where the columns file says so, and then nothing else", () => {
  const days = (changes: object) => threeColumns("ID", "days", "s", { survivalUnit: "days", ...changes });
  const read = (number: string, changes: object) =>
    parse(`ID\tdays\ts\nA\t${number}\talive`, days(changes))[0]!.survivalDays;
  assertEquals(read("10,5", { decimal: "," }), 10.5);
  assertThrows(() => read("1.234", { decimal: "," }), InputError, '"1.234" is not a number of days');
  assertThrows(() => read("1.234,5", { decimal: "," }), InputError);
  assertThrows(() => read("10,5", {}), InputError);
  assertThrows(() => read("10,5", { decimal: "." }), InputError);
});

Deno.test("parseClinicalColumns() refuses what is missing, unknown, wrong or twofold, all at once", () => {
  assertThrows(() => parseClinicalColumns("{", "columns.json"), InputError, "columns.json is not JSON");
  assertStringIncludes(refused({ survivalUnit: "weeks" }), "survivalUnit");
  assertStringIncludes(refused({ sex: "M" }), "sex");
  assertStringIncludes(refused({ columns: { ...claro.columns, site: "Ward" } }), "site");
  assertStringIncludes(refused({ columns: { patient: "ID" } }), "columns.survival");
  assertStringIncludes(refused({ alive: [] }), "alive");
  assertStringIncludes(refused({ alive: ["Deceased"] }), 'alive: "Deceased" stands under dead too');
  assertStringIncludes(refused({ female: undefined }), "female: give both male and female, or neither");
  assertStringIncludes(refused({ columns: { ...claro.columns, gender: undefined } }), "columns names no gender");
  assertEquals(refused({ survivalUnit: "weeks", decimal: "'" }).split("\n").length, 3);
});

Deno.test("parseClinical() reads the example of docs/COHORTS.md by the columns file beside it", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/COHORTS.md", import.meta.url));
  const block = (start: string) => page.match(RegExp(`\`\`\`\\w*\\n(${start}[^\`]*)\`\`\``))?.[1] ?? "";
  const meaning = parseClinicalColumns(block('\\{\\s*"columns"'), "COHORTS.md");
  const records = parseClinical(block("ID;"), "claro.csv", meaning);
  assertEquals(records.map(({ patient, age, gender, dead }) => [patient, age, gender, dead]), [
    ["CLARO-01", 71.5, "male", true],
    ["CLARO-02", null, "female", false],
  ]);
});
