import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/common/mod.ts";
import { writeReport } from "@ctsurv/page/mod.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Writes the pages of a folder of results: its index, every notebook of a folder, the model card and the checklist.
 *
 * @returns The pages' paths, the index first.
 * @throws {InputError} If there is no such folder, or something in either is not what it should be.
 */
export async function writePages(
  folder: string,
  { notebooks = join(root, "notebooks") }: { readonly notebooks?: string | undefined } = {},
): Promise<readonly string[]> {
  if (!existsSync(notebooks)) throw new InputError(`${notebooks}: there is no such folder of notebooks`);
  const names = readdirSync(notebooks).filter((name) => name.endsWith(".ipynb")).sort();
  return await writeReport(folder, {
    notebooks: names.map((name) => join(notebooks, name)),
    documents: ["MODEL_CARD.md", "CHECKLIST.md"].map((name) => join(root, "docs", name)),
  });
}
