import { join } from "node:path";
import {
  type Displayable,
  type ExplanationResult,
  explanationTable,
  readExplanation,
  writeExplanation,
} from "@ctsurv/report/mod.ts";
import { displayAs, writeTable } from "../_facts.ts";
import type { Study } from "../study.ts";
import type { StudyExplanation } from "./explain_study.ts";

/** `explanation.json` as it stands in the folder of results. A notebook shows its table. */
export interface ShownExplanationResult extends Displayable {
  /** What the file holds. */
  readonly result: ExplanationResult;
}

/**
 * Writes what {@linkcode StudyExplanation} found as `explanation.json`, and, read back from that, `explanation.md` and
 * `explanation.csv`.
 */
export async function saveExplanation(
  { folder }: Pick<Study, "folder">,
  { result: found }: Pick<StudyExplanation, "result">,
): Promise<ShownExplanationResult> {
  const path = join(folder, "explanation");
  await writeExplanation(`${path}.json`, found);
  const result = await readExplanation(`${path}.json`);
  const shown = explanationTable(result);
  await writeTable(path, shown);
  return { result, ...displayAs(shown) };
}
