import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { parseCsv } from "@ctsurv/cohort/mod.ts";
import { createRandom } from "@ctsurv/common/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import { formatPredictions, type OutOfFoldPrediction, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { evaluate } from "../../lib/cli/evaluate.ts";
import { inFolder } from "../support/in_folder.ts";

const random = createRandom(1, "predictions");
const predictions = Array.from({ length: 40 }, (_, i): OutOfFoldPrediction => {
  let left = 1;
  return {
    id: i === 0 ? 'Müller, "A"\nB' : `LUNG1-${i}`,
    fold: i % 3,
    months: 24 * random.uniform(),
    event: i % 4 === 0 ? 0 : 1,
    survival: Float64Array.from({ length: 25 }, (_, month) => left *= month === 0 ? 1 : random.uniform() ** 0.1),
    attention: Float32Array.of(1),
  };
});

Deno.test("formatPredictions() keeps every digit, and names that need quotes", () => {
  const { header, rows } = parseCsv(formatPredictions(predictions), "predictions.csv");
  assertEquals(header, ["patient", "fold", "months", "event", ...Array.from({ length: 25 }, (_, k) => `S${k}`)]);
  rows.forEach(({ cells: [id, fold, ...numbers] }, i) => {
    const { survival, months, event, ...expected } = predictions[i]!;
    assertEquals([id, Number(fold)], [expected.id, expected.fold + 1]);
    assertEquals(numbers.map(Number), [months, event, ...survival]);
  });
});

Deno.test("formatPredictions() is what `ctsurv evaluate` reads, to the same Ctd", () =>
  inFolder(async (dir) => {
    const file = join(dir, "predictions.csv");
    await Deno.writeTextFile(file, formatPredictions(predictions));
    const { json } = await evaluate.run({ positionals: [], options: { predictions: file } });
    const { ctd, patients, events, warnings } = json as Record<string, unknown>;
    assertEquals(ctd, concordanceTable(toSurvivalPredictions(predictions)));
    assertEquals([patients, events, warnings], [40, 30, []]);
  }));

Deno.test("formatPredictions() of nobody is a header", () => {
  assertEquals(formatPredictions([]), "patient,fold,months,event\n");
});
