import { InputError } from "@ctsurv/common/mod.ts";
import type { z } from "zod";

/**
 * Reads the text of a JSON file that people write.
 *
 * @param file How messages name it.
 * @param what What the file is to describe, for messages: "a cohort".
 * @throws {InputError} If it is no JSON, or an entry is missing, wrong or unknown: all of them at once.
 */
export function parseJsonFile<T>(text: string, file: string, schema: z.ZodType<T>, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const { data, error } = schema.safeParse(json);
  if (data) return data;
  const issues = error!.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw new InputError([`${file} does not describe ${what}:`, ...issues].join("\n  "));
}
