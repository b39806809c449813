import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatClinical } from "@ctsurv/cohort/table/clinical.ts";
import { type ClinicalRecord, LUNG1_EXCLUSIONS, parseClinical } from "@ctsurv/cohort/table/mod.ts";
import { censorAt, daysToMonths } from "@ctsurv/survival/mod.ts";

const header =
  "PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,Survival.time,deadstatus.event";
const rows = [
  "LUNG1-001,78.7515,2,3,0,IIIb,large cell,male,2165,1",
  "LUNG1-002,NA,2,0,0,I,squamous cell carcinoma,female,155,0",
];
const records: ClinicalRecord[] = [
  {
    patient: "LUNG1-001",
    age: 78.7515,
    tStage: "2",
    nStage: "3",
    mStage: "0",
    overallStage: "IIIb",
    histology: "large cell",
    gender: "male",
    survivalDays: 2165,
    dead: true,
  },
  {
    patient: "LUNG1-002",
    age: null,
    tStage: "2",
    nStage: "0",
    mStage: "0",
    overallStage: "I",
    histology: "squamous cell carcinoma",
    gender: "female",
    survivalDays: 155,
    dead: false,
  },
];
const table = [header, ...rows].join("\n");
const parse = (text: string) => parseClinical(text, "clinical.csv");
/** The message for a table whose first row is changed. */
const messageFor = (from: string, to: string) => assertThrows(() => parse(table.replace(from, to)), InputError).message;

Deno.test("parseClinical() reads LUNG1's columns", () => assertEquals(parse(table), records));

Deno.test("parseClinical() takes any line end, a byte-order mark, blank lines and rows", () => {
  assertEquals(parse("\ufeff" + table.replaceAll("\n", "\r\n")), records);
  assertEquals(parse('\ufeff"PatientID"' + table.slice("PatientID".length)), records);
  assertEquals(parse(table.replaceAll("\n", "\r") + "\r"), records);
  assertEquals(parse(`\n${header}\n\n${rows.join("\r\n,,,,,,,,,\n")}\n\n`), records);
});

Deno.test("parseClinical() takes semicolons with decimal commas, and tabs", () => {
  assertEquals(parse(table.replaceAll(",", ";").replace("78.7515", "78,7515")), records);
  assertEquals(parse(table.replaceAll(",", "\t")), records);
});

Deno.test("parseClinical() takes headers in any case and order, quotes, and pandas' floats", () => {
  const shuffled = table.split("\n").map((line) => line.split(",").toReversed().join(",")).join("\n");
  assertEquals(parse(shuffled), records);
  const header =
    "patientid,AGE,Clinical.T.Stage,clinical.n.stage,Clinical.M.Stage,overall.stage,histology,Gender,survival.time,Deadstatus.Event";
  assertEquals(
    parse([header, ...rows].join("\n").replace("male,2165,1", '"male",2165.0,1.0').replace(",2,3,0", ",2.0,3.0,0.0")),
    records,
  );
});

Deno.test("parseClinical() reads what is unknown as null, in any spelling", () => {
  for (const unknown of ["NA", "", "n/a", "NaN", "null"]) {
    const [record] = parse(table.replace("78.7515,2,3,0,IIIb,large cell,male", Array(7).fill(unknown).join(",")));
    assertEquals(Object.values(record!), ["LUNG1-001", ...Array(7).fill(null), 2165, true]);
  }
});

Deno.test("parseClinical() needs only patient, time and event, and ignores further columns", () => {
  const [record] = parse("deadstatus.event,site,PatientID,Survival.time\n1,Rome,A,30\n");
  assertEquals(Object.values(record!), ["A", ...Array(7).fill(null), 30, true]);
});

Deno.test("parseClinical() names file, row and column of a cell that is wrong", () => {
  assertEquals(
    messageFor("2165", "abc"),
    'clinical.csv, row 2 (LUNG1-001), column Survival.time: "abc" is not a number of days; write days, e.g. 547',
  );
  for (const days of ["-3", "0x10", "1,5", "Infinity", "12 d"]) {
    assertStringIncludes(messageFor("2165", `"${days}"`), `column Survival.time: "${days}" is not a number of days`);
  }
  assertStringIncludes(messageFor("2165", "NA"), "column Survival.time: nothing there; write days");
  for (const dead of ["2", "yes", "0.5"]) {
    assertStringIncludes(messageFor("2165,1", `2165,${dead}`), `deadstatus.event: "${dead}" is not 0 or 1`);
  }
  assertStringIncludes(messageFor("78.7515", "old"), 'column age: "old" is not an age in years');
  assertStringIncludes(messageFor("78.7515", "-1"), 'column age: "-1" is not an age in years');
  assertStringIncludes(messageFor("LUNG1-001", ""), "row 2 (no patient), column PatientID: nothing there");
  for (const name of ["../x", "a\\b", "..", "."]) {
    assertStringIncludes(messageFor("LUNG1-001", name), "this cannot be the name of a file");
  }
});

Deno.test("parseClinical() counts rows as lines of the file", () => {
  const text = `${header}\r\n\r\n${rows[0]}\r\n\r\n${rows[1]!.replace("155", "x")}`;
  assertStringIncludes(assertThrows(() => parse(text), InputError).message, "row 5 (LUNG1-002)");
});

Deno.test("parseClinical() refuses a patient who is there twice", () => {
  assertEquals(
    messageFor("LUNG1-002", "LUNG1-001"),
    "clinical.csv, row 3 (LUNG1-001), column PatientID: row 2 is the same patient; keep one",
  );
});

Deno.test("parseClinical() reports all problems together, the first 20 in full", () => {
  const { message } = assertThrows(() => parse(table.replace("2165,1", "x,7").replace("155", "-1")), InputError);
  assertEquals(message.split("\n").length, 4);
  assertStringIncludes(
    message,
    "clinical.csv has 3 problems:\n  clinical.csv, row 2 (LUNG1-001), column Survival.time",
  );
  const many = [header, ...Array.from({ length: 30 }, (_, i) => `P${i},NA,,,,,,,?,1`)].join("\n");
  const long = assertThrows(() => parse(many), InputError).message.split("\n");
  assertEquals(long.length, 22);
  assertEquals([long[0], long.at(-1)], ["clinical.csv has 30 problems:", "  and 10 more"]);
});

Deno.test("parseClinical() refuses a table without its columns, without rows, or broken", () => {
  const refused = (text: string, message: string) => assertThrows(() => parse(text), InputError, message);
  refused("", "clinical.csv is empty");
  refused("\ufeff\r\n", "clinical.csv is empty");
  refused(header + "\n", "clinical.csv has no patients");
  refused("PatientID,days\nA,1", "has no column Survival.time, deadstatus.event; its columns are PatientID, days");
  refused(header.replace("age", "gender") + "\n" + rows[0], "has the column gender twice");
  refused(table + ",9", "row 3 (LUNG1-002): 11 cells, but there are 10 columns");
  refused(table.replace("large cell", '"large cell'), "clinical.csv is not CSV");
});

Deno.test("formatClinical() writes what parseClinical() reads", () => {
  assertEquals(formatClinical(records), table + "\n");
  const odd = [{ ...records[0]!, patient: 'A "b", c', histology: "x;y\nz", survivalDays: 0.5, age: 1e-7 }];
  assertEquals(parse(formatClinical(odd)), odd);
});

const lung1 = new URL(
  "../../../../shared/data/lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv",
  import.meta.url,
);
const there = await Deno.stat(lung1).then(() => true, () => false);

Deno.test({
  name: `parseClinical() reads LUNG1's own table: 415 after the exclusions, 251 dead at 24 months${
    there ? "" : " (SKIPPED: the table is not at ../shared/data/lung1)"
  }`,
  ignore: !there,
  fn: async () => {
    const all = parseClinical(await Deno.readTextFile(lung1), "lung1.csv");
    assertEquals(all.length, 422);
    assertEquals(all.filter(({ dead }) => dead).length, 373);
    assertEquals(all.filter(({ age }) => age === null).length, 22);
    assertEquals(all.filter(({ tStage }) => tStage === "5").length, 2);
    assertEquals(all.filter(({ histology }) => histology === null).length, 42);

    const excluded = new Set(LUNG1_EXCLUSIONS.map(({ patient }) => patient));
    const cohort = all.filter(({ patient }) => !excluded.has(patient));
    assertEquals(cohort.length, 415);
    assertEquals(cohort.filter(({ dead }) => dead).length, 368);
    assertEquals(cohort.filter(({ overallStage }) => overallStage === null).map(({ patient }) => patient), [
      "LUNG1-272",
    ]);

    const followUps = (rule: "average" | "authors") =>
      cohort.map(({ survivalDays, dead }) =>
        censorAt({ months: daysToMonths(survivalDays, { rule }), event: dead ? 1 : 0 }, 24)
      );
    const authors = followUps("authors");
    assertEquals(authors.filter(({ event }) => event === 1).length, 251);
    assertEquals(authors.filter(({ months, event }) => months === 24 && event === 1).length, 6);
    assertEquals(authors.filter(({ months, event }) => months === 24 && event === 0).length, 163);
    assertEquals(followUps("average").filter(({ event }) => event === 1).length, 247);
    assertEquals(all.filter(({ dead, survivalDays }) => dead && survivalDays <= 730).length, 251);
  },
});
