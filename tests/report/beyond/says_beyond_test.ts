import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readUncertainty, saysRepeats, saysUncertainty } from "@ctsurv/report/mod.ts";

const repetition = (withinFolds: number | null) => ({
  ...{ foldSeed: 42, seed: 42 },
  first: { withinFolds, mean: withinFolds },
  second: { withinFolds, mean: withinFolds },
});
const models = ["soft attention", "average pooling"] as const;
const together = { difference: .05, standardError: .01, degreesOfFreedom: 9, p: 2e-7 };

Deno.test("saysRepeats() never shows a p-value as 0", () => {
  const said = saysRepeats({ models, repetitions: [repetition(.7), repetition(.6)], once: null, together });
  assertStringIncludes(said, "p < 0.001 by the corrected t-test.");
});

Deno.test("saysRepeats() of one repetition, or of one that has a Ctd, goes from nothing to nothing", () => {
  for (const repetitions of [[repetition(1 / 3)], [repetition(1 / 3), repetition(null)]]) {
    assertStringIncludes(
      saysRepeats({ models, repetitions, once: null, together }),
      "Ctd within folds of soft attention is 0.333 in the one repetition that has one, so nothing says how far it goes",
    );
  }
});

Deno.test("saysUncertainty() says how many curves a spread holds, and reads files that do not say it", async () => {
  const folder = fileURLToPath(new URL("../../../outputs/phantom-lung1-workshop/", import.meta.url));
  const read = await readUncertainty(folder, "efficientnet_b0");
  const saidOf = (held: number | undefined) => {
    const [single, seeds] = read.rows;
    const { held: _, ...row } = seeds!;
    return saysUncertainty({ ...read, rows: [single!, { ...row, members: 50, ...held !== undefined && { held } }] });
  };
  const found = (said: string) => said.match(/The spread[^.]* holds/)![0];
  assertEquals([undefined, 48, 50].map((held) => found(saidOf(held))), [
    "The spread holds",
    "The spread of 48 of 50 curves holds",
    "The spread of all 50 curves holds",
  ]);
});
