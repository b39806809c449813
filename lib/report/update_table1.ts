import { paper } from "./paper.ts";
import { readTable1, type Table1Result, writeTable1 } from "./results.ts";

/**
 * Writes rows into a file of results beside those that are there: a model that is there is replaced; rows of another
 * cohort or profile, or a file that holds something else, give way. Rows stand in the paper's order, from its best.
 *
 * @returns All rows.
 * @throws {z.ZodError} If the results are not what the schema says.
 */
export async function updateTable1(path: string, result: Table1Result): Promise<Table1Result> {
  const before = await readTable1(path).catch(() => undefined);
  const isSame = before?.profile === result.profile &&
    (["name", "hash", "patients", "events"] as const).every((fact) => before.cohort[fact] === result.cohort[fact]);
  const replaced = new Set(result.models.map(({ model }) => model));
  const kept = isSame ? before.models.filter(({ model }) => !replaced.has(model)) : [];
  const order = paper.table1.map(({ model }) => model as string).reverse();
  const place = (model: string) => order.includes(model) ? order.indexOf(model) : order.length;
  const all = { ...result, models: [...result.models, ...kept].sort((a, b) => place(a.model) - place(b.model)) };
  await writeTable1(path, all);
  return all;
}
