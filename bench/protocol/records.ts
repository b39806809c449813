import { ignoreNotFound } from "@ctsurv/base/mod.ts";
import { recordPath, stageNames, type StageRecord } from "./stages.ts";

/** The record of each stage, in the order of the stages; of several, that of the most patients and folds. */
export async function readRecords(output: string): Promise<readonly StageRecord[]> {
  const cohorts: number[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(output)) {
      if (isDirectory && /^\d+$/.test(name)) cohorts.push(Number(name));
    }
  } catch (error) {
    ignoreNotFound(error);
  }
  cohorts.sort((a, b) => b - a);
  const records: StageRecord[] = [];
  for (const stage of stageNames) {
    for (const patients of cohorts) {
      const text = await Deno.readTextFile(recordPath(output, stage, patients)).catch(ignoreNotFound);
      if (text === undefined) continue;
      records.push(JSON.parse(text) as StageRecord);
      break;
    }
  }
  return records;
}
