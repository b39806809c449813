import { z } from "zod";
import { InputError } from "@ctsurv/common/mod.ts";

/**
 * Reads a file of results.
 *
 * @param what What the file should hold, for messages: "Table 1".
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readResults<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new InputError(`Cannot read the results ${path}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new InputError(`${path} does not hold the results of a ${what}:\n${z.prettifyError(parsed.error)}`);
}
