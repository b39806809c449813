import { z } from "zod";
import type { ClinicalRecord } from "./clinical.ts";
import type { ClinicalColumns } from "./clinical_columns.ts";

const daysPer = { days: 1, months: 365.25 / 12, years: 365.25 };

/** What a table's cells mean. */
export type ClinicalMeaning = Omit<ClinicalColumns, "columns" | "unknown"> & { readonly isLung1: boolean };

/** Reads a row: text, or null where nothing is known, of each field. */
export function clinicalSchema(
  toNumber: (text: string) => number,
  { survivalUnit, dead, alive, male, female, isLung1 }: ClinicalMeaning,
): z.ZodType<ClinicalRecord> {
  const number = (what: string, valid: (value: number) => boolean, advice: string) =>
    z.string({ error: `nothing there; ${advice}` }).transform((text, context) => {
      const value = toNumber(text);
      if (!valid(value)) context.addIssue(`"${text}" is not ${what}; ${advice}`);
      return value;
    });
  /** The meaning of a word that stands in one of two lists. */
  const oneOf = <T>(meanings: readonly (readonly [T, readonly string[]])[], refusal: (text: string) => string) =>
    z.string().transform((text, context) => {
      const meaning = meanings.find(([, words]) => words.some((word) => isSameWord(word, text)));
      if (!meaning) context.addIssue(refusal(text));
      return meaning?.[0] as T;
    });
  const text = z.string().nullable();
  const stage = text.transform((stage) => stage === null ? null : withoutPointZero(stage));
  const nameAdvice = "write the name of the patient's images";
  const statusAdvice = isLung1
    ? "write 1 for a death, 0 for alive at last contact"
    : `write ${dead.join(" or ")} for a death, ${alive.join(" or ")} for alive at last contact`;
  const status = oneOf(
    [[true, dead], [false, alive]],
    (text) => `"${text}" is not ${[...alive, ...dead].join(" or ")}; ${statusAdvice}`,
  );
  const gender = male && female
    ? oneOf(
      [["male", male], ["female", female]],
      (text) => `"${text}" is neither male (${male.join(", ")}) nor female (${female.join(", ")}) in the columns file`,
    ).nullable()
    : text;
  return z.object({
    patient: z.string({ error: `nothing there; ${nameAdvice}` })
      .regex(/^[^/\\]*[^/\\.][^/\\]*$/, { error: `this cannot be the name of a file; ${nameAdvice}` }),
    age: number("an age in years", (age) => age >= 0 && age < 130, "write years, e.g. 68.2, or NA").nullable(),
    tStage: stage,
    nStage: stage,
    mStage: stage,
    overallStage: text,
    histology: text,
    gender,
    survivalDays: number(
      `a number of ${survivalUnit}`,
      (value) => value >= 0 && value < Infinity,
      `write ${survivalUnit}, e.g. ${{ days: 547, months: 18.5, years: 1.5 }[survivalUnit]}`,
    ).transform((value) => value * daysPer[survivalUnit]),
    dead: z.string({ error: `nothing there; ${statusAdvice}` }).pipe(status),
  });
}

/** pandas turns a column of whole numbers into "2.0" as soon as one is missing. */
function withoutPointZero(text: string): string {
  return text.replace(/^(\d+)\.0$/, "$1");
}

function isSameWord(a: string, b: string): boolean {
  return withoutPointZero(a).toLowerCase() === withoutPointZero(b).toLowerCase();
}
