import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type LawResult,
  lawTable,
  type OtherSeeds,
  readOtherSeeds,
  saysLawResult,
  saysOtherSeeds,
  writeOtherSeeds,
} from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { multiverse } from "../samples.ts";

/** A result with a difference and a difference of attention from the control. */
function lawResult(law: LawResult["law"], difference: number, beside: number | null): LawResult {
  const entry = { value: .64, interval: { low: .57, high: .71 }, comparable: 320 };
  return {
    law,
    patients: 96,
    events: 58,
    soft: entry,
    average: { ...entry, value: .64 - difference },
    difference: { difference, low: difference - .02, high: difference + .02, level: .95, p: .1, replicates: 2000 },
    onTumour: { patients: 87, attended: .4, uniform: .25, excess: .15, interval: [.1, .2], level: .95 },
    besideControl: beside === null
      ? null
      : { patients: 87, difference: beside, interval: [beside - .02, beside + .02], level: .95 },
    ici: .05,
    coxOnFeatures: entry,
    tumourVolume: null,
    bestReachableCtd: .92,
  };
}

const seeds: OtherSeeds = {
  kind: "other-seeds",
  script: "bench/other_seeds.ts",
  cohort: "phantom-lung1",
  profile: "workshop",
  cohorts: [[1, .05, .1], [2, .01, .1], [3, -.05, .01]].map(([seed, difference, beside]) => ({
    seed: seed!,
    hash: "f00d",
    laws: [lawResult("tissue", difference!, beside!), lawResult("null", 0, null)],
  })),
  provenance: multiverse.provenance,
};

Deno.test("seeds.json is read as it was written, and something else is refused", () =>
  inFolder(async (dir) => {
    const path = join(dir, "seeds.json");
    await writeOtherSeeds(path, seeds);
    assertEquals(await readOtherSeeds(path), seeds);
    await Deno.writeTextFile(path, JSON.stringify({ ...seeds, cohorts: [{ seed: "1" }] }));
    await assertRejects(() => readOtherSeeds(path), InputError, "does not hold the results of a run on other seeds");
  }));

Deno.test("saysOtherSeeds() names the seeds that are told apart, whatever they say", () => {
  assertEquals(
    saysOtherSeeds(seeds),
    "Soft attention is ahead of average pooling on seed 1, behind on seed 3, not told apart on seed 2. Its attention on " +
      "the tumour is above the control's on seeds 1 and 2, below on no seed, not told apart on seed 3.",
  );
});

Deno.test("saysLawResult() leaves the control without a control", () => {
  const says = saysLawResult(lawResult("null", 0, null));
  assertStringIncludes(
    says,
    "Survival by nothing (the control): soft attention has a Ctd within folds of 0.640 [",
  );
  assertStringIncludes(says, "Soft attention and average pooling are not told apart");
  assertEquals(says.includes("than the control"), false);
  assertStringIncludes(saysLawResult(lawResult("tissue", .05, .1)), "Soft attention puts 10.0 points [8.0, 12.0] more");
});

Deno.test("lawTable() has a column for the seed only where there are several", () => {
  const laws = seeds.cohorts[0]!.laws;
  const header = (rows: Parameters<typeof lawTable>[0]) => lawTable(rows).csv.split("\r\n")[0]!;
  assertEquals(header(laws).startsWith("Survival by,"), true);
  assertEquals(header(laws.map((law) => ({ seed: 1, ...law }))).startsWith("Seed,Survival by,"), true);
  assertStringIncludes(lawTable(laws).csv, '1,"'.slice(2) + "15.0 [10.0, 20.0]");
  assertStringIncludes(lawTable(laws).csv, "nothing (control)");
});
