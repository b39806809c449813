import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type ClaimVerdict,
  compareResults,
  judgeClaims,
  profileTolerances,
  reachVerdict,
  readCrossValidation,
  readTable1,
  readVerdicts,
  verdictPage,
  writeVerdicts,
} from "@ctsurv/report/mod.ts";
import { concordanceWithinFolds } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const workshop = join(root, "outputs", "phantom-lung1-workshop");
/** A table, attention, and few of the cross-validations. */
const old = join(root, "tests", "fixtures", "v0.1.0", "results");
/** Judged once for all tests. */
const judged = await judgeClaims(workshop);
const FILES = ["table1.json", "table2.json", "aggregation.json", "cost.json"];
const MODELS = ["efficientnet_b0", "average_pooling", "self_attention", "r3d_18", "new_head", "fine_tuned_head"];

type Json = Record<string, unknown>;

/** Copies results, changed on the way, and judges them. */
function judgeChanged(change: (file: string, content: Json) => Json | undefined) {
  return inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "cross_validation"));
    for (const file of [...FILES, ...MODELS.map((model) => `cross_validation/${model}.json`)]) {
      const content = change(file, JSON.parse(await Deno.readTextFile(join(workshop, file))));
      if (content !== undefined) await Deno.writeTextFile(join(folder, file), JSON.stringify(content));
    }
    return (await judgeClaims(folder)).claims;
  });
}

/** The same results as if they were of patients, by pretrained networks, trained as the paper says. */
function asIfReal(file: string, content: Json): Json {
  if (file === "table1.json") {
    const models = content.models as Json[];
    return {
      ...content,
      profile: "paper",
      cohort: { ...content.cohort as Json, bestReachableCtd: null },
      models: models.map((row) => ({
        ...row,
        weights: { kind: "pretrained", hash: "f00d" },
        provenance: { ...row.provenance as Json, protocol: { name: "paper", choices: {} } },
      })),
    };
  }
  // Patients have no laws.
  if (file === "aggregation.json") return { ...content, laws: undefined };
  return file === "table2.json"
    ? { ...content, target: { ...content.target as Json, bestReachableCtd: null } }
    : content;
}

/** Survival by outcome: every pair is concordant for a sign of 1, discordant for -1. */
function ordered(content: Json, sign: 1 | -1): Json {
  const predictions = content.predictions as { months: number; event: number }[];
  return {
    ...content,
    predictions: predictions.map((one) => {
      const end = .5 + sign * (one.months + (one.event === 0 ? .01 : 0)) / 100;
      return { ...one, survival: Array.from({ length: 25 }, (_, month) => 1 - (1 - end) * month / 24) };
    }),
  };
}
const verdictOf = (claims: readonly ClaimVerdict[], name: string) => claims.find(({ claim }) => claim === name)!;

Deno.test("reachVerdict(): above 0 is reproduced; 0 inside, or the opposite, is not; obstacles come first", () => {
  const one = (found: "above 0" | "below 0" | "contains 0" | "no number", decides = true) => ({ found, decides });
  const verdict = (...evidence: ReturnType<typeof one>[]) => reachVerdict(evidence, []).verdict;
  assertEquals(verdict(one("above 0"), one("above 0")), "reproduced");
  assertEquals(verdict(one("above 0"), one("contains 0")), "not reproduced");
  assertEquals(verdict(one("above 0"), one("below 0")), "not reproduced");
  assertEquals(verdict(one("above 0"), one("below 0", false)), "reproduced");
  assertEquals(verdict(one("above 0"), one("no number")), "not testable here");
  assertEquals(verdict(one("above 0", false)), "not testable here");
  assertEquals(reachVerdict([one("above 0")], ["phantoms"]), { verdict: "not testable here", because: ["phantoms"] });
  assertStringIncludes(reachVerdict([one("below 0")], []).because[0]!, "opposite");
  assertStringIncludes(reachVerdict([one("contains 0")], []).because[0]!, "not told apart");
});

Deno.test("judgeClaims(): on phantoms nothing about training can be tested, and the numbers stand all the same", async () => {
  const { claims, cohort, target, profile } = judged;
  assertEquals([cohort, target, profile], ["phantom-lung1", "phantom-claro", "workshop"]);
  assertEquals(claims.map(({ verdict }) => verdict), [
    "not testable here",
    "not testable here",
    "not testable here",
    "not reproduced",
    "not testable here",
  ]);
  const { because, evidence } = verdictOf(claims, "attention");
  assertEquals(because, [
    "the patients of phantom-lung1 are phantoms",
    "weights are phantom, not pretrained as the paper's",
    "profile workshop trains less, and on fewer slices, than the paper",
    "protocol workshop is no reading of the paper",
  ]);
  // The difference is that of Ctd within folds, by another way.
  const [ours, theirs] = await Promise.all(["efficientnet_b0", "average_pooling"].map(async (model) => {
    const { predictions } = await readCrossValidation(workshop, model);
    return concordanceWithinFolds(toSurvivalPredictions(predictions), predictions.map(({ fold }) => fold)).value!;
  }));
  assertAlmostEquals(evidence[0]!.difference!, ours! - theirs!, 1e-12);
  assert(evidence[0]!.low! < evidence[0]!.difference! && evidence[0]!.high! > evidence[0]!.difference!);
  assert(
    verdictOf(claims, "cost").evidence[0]!.difference! > 26 && verdictOf(claims, "cost").evidence[0]!.difference! < 27,
  );
});

Deno.test("judgeClaims(): real patients and pretrained weights are judged, each claim by its own intervals", async () => {
  const claims = await judgeChanged((file, content) => {
    const changed = asIfReal(file, content);
    if (file.endsWith("/efficientnet_b0.json") || file.endsWith("/fine_tuned_head.json")) return ordered(changed, 1);
    if (file.endsWith("/new_head.json")) return ordered(changed, -1);
    if (file === "aggregation.json") {
      const onTumour = { patients: 90, attended: .4, uniform: .3, excess: .1, interval: [.05, .15], level: .95 };
      return { ...changed, attended: [{ model: "efficientnet_b0", entropy: 1, onTumour }] };
    }
    return changed;
  });
  assertEquals(claims.map(({ claim, verdict }) => [claim, verdict]), [
    ["attention", "reproduced"],
    ["slices", "reproduced"],
    ["transfer", "reproduced"],
    ["cost", "not reproduced"],
    ["interpretability", "reproduced"],
  ]);
});

Deno.test("judgeClaims(): a rival that is better, or not told apart, is said apart", async () => {
  const claims = await judgeChanged((file, content) => {
    const changed = asIfReal(file, content);
    return file.endsWith("/efficientnet_b0.json") ? ordered(changed, -1) : changed;
  });
  assertEquals(verdictOf(claims, "slices").verdict, "not reproduced");
  assertEquals(verdictOf(claims, "slices").because, ["the opposite was found"]);
  assertEquals(verdictOf(claims, "transfer").because, ["not told apart: an interval contains 0"]);
});

Deno.test("judgeClaims(): attention on tumours is held against the control's, where there is one", async () => {
  const entry = { value: .6, interval: null, comparable: 9 };
  const besideControl = { patients: 80, difference: .01, interval: [-.02, .04], level: .95 };
  const none = { difference: null, onTumour: null, ici: null, coxOnFeatures: null, tumourVolume: null };
  const law = { ...none, law: "tissue", patients: 96, events: 59, soft: entry, average: entry, bestReachableCtd: null };
  const claims = await judgeChanged((file, content) => {
    const changed = asIfReal(file, content);
    return file === "aggregation.json" ? { ...changed, laws: [{ ...law, besideControl }] } : changed;
  });
  const { evidence } = verdictOf(claims, "interpretability");
  assertEquals(evidence.map(({ what, decides }) => [what.includes("control"), decides]), [[false, true], [true, true]]);
  assertEquals([evidence[1]!.difference, evidence[1]!.found], [.01, "contains 0"]);
});

Deno.test("judgeClaims(): what is missing, or cut into other folds, has no number, and says which notebook to run", async () => {
  const claims = await judgeChanged((file, content) => {
    if (file === "table2.json" || file === "aggregation.json" || file === "cost.json") return undefined;
    if (file.endsWith("/average_pooling.json") || file.endsWith("_head.json")) return undefined;
    const predictions = content.predictions as { fold: number }[];
    return file.endsWith("/r3d_18.json")
      ? { ...content, predictions: predictions.map((one) => ({ ...one, fold: one.fold % 10 + 1 })) }
      : asIfReal(file, content);
  });
  const text = (name: string) => verdictOf(claims, name).because.join("; ");
  assertStringIncludes(
    text("attention"),
    'no number for "Ctd within folds, soft attention less average pooling": run notebooks 02',
  );
  assertStringIncludes(text("slices"), "run notebooks 02 and 04");
  assertStringIncludes(text("transfer"), "run notebook 05");
  assertStringIncludes(text("interpretability"), "notebook 03 has not run");
  assertEquals(verdictOf(claims, "cost").evidence.length, 1);
  assertEquals(new Set(claims.map(({ verdict }) => verdict)), new Set(["not testable here", "not reproduced"]));
});

Deno.test("judgeClaims() judges results of 0.1.0, and refuses a folder without Table 1", async () => {
  const { claims } = await judgeClaims(old);
  assertEquals(claims.map(({ verdict }) => verdict), [
    "not testable here",
    "not testable here",
    "not testable here",
    "not reproduced",
    "not testable here",
  ]);
  // Its table and attention are there; of the cross-validations that a difference takes, the fixture holds one.
  assertEquals(verdictOf(claims, "interpretability").evidence[0]!.difference !== null, true);
  assertStringIncludes(verdictOf(claims, "attention").because.join(), "run notebooks 02 and 03");
  await inFolder((folder) => assertRejects(() => judgeClaims(folder), InputError, "table1.json"));
});

Deno.test("verdicts are read as they were written, and the committed ones are those of the committed results", async () => {
  await inFolder(async (folder) => {
    await writeVerdicts(folder, judged);
    assertEquals(await readVerdicts(join(folder, "verdicts.json")), judged);
    assertEquals(await Deno.readTextFile(join(folder, "verdicts.md")), verdictPage(judged));
    const { profile } = await readTable1(join(workshop, "table1.json"));
    assertEquals(profile, judged.profile);
    for (const file of ["verdicts.json", "verdicts.md"]) {
      assertEquals(await Deno.readTextFile(join(folder, file)), await Deno.readTextFile(join(workshop, file)));
    }
  });
});

Deno.test("verify lets verdicts follow from their numbers: a word that turns is no difference, a number that moves is", async () => {
  const changed = (by: number) => ({
    ...judged,
    claims: judged.claims.map((claim) => ({
      ...claim,
      verdict: "reproduced" as const,
      because: ["every interval is above 0"],
      evidence: claim.evidence.map((one) => ({ ...one, found: "above 0" as const, low: one.low && one.low + by })),
    })),
  });
  await inFolder(async (folder) => {
    for (const name of ["a", "b", "c"]) await Deno.mkdir(join(folder, name));
    const write = (name: string, content: unknown) =>
      Deno.writeTextFile(join(folder, name, "verdicts.json"), JSON.stringify(content));
    await write("a", judged);
    await write("b", changed(0));
    await write("c", changed(.5));
    const compare = async (name: string) =>
      (await compareResults(join(folder, "a"), join(folder, name), profileTolerances("workshop"))).differences.length;
    assertEquals(await compare("b"), 0);
    assert(await compare("c") > 0);
  });
});
