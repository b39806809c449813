/**
 * Every choice of a protocol, made otherwise, must move what it claims to move, in a study of a few crude chests. A choice
 * that moves nothing stands here with the reason.
 */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { type Shape, writeNifti } from "@ctsurv/imaging/mod.ts";
import {
  allowedValues,
  type ChoiceName,
  type Choices,
  openStudy,
  protocols,
  type Study,
  type StudyFeatures,
  transferStart,
} from "@ctsurv/study/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { notBuilt } from "@ctsurv/study/protocol/_not_built.ts";
import { environmentOf } from "../support/environment_of.ts";
import { crudeChest } from "../support/test_volume.ts";

/**
 * Days of follow-up, a death where they are positive. A death at 260 days and a patient lost at 285 share a bin, days 729
 * lie in month 24 by one rule and in the 24th whole month by the other.
 */
const days = [95, 180, 260, -285, 350, -410, 470, 560, -640, 729, -900, 1100, -1300];

let dir = "";
let headline: Run;

interface Run {
  readonly study: Study;
  readonly features: StudyFeatures;
  readonly validation: CrossValidation;
}

async function makeCohort(): Promise<void> {
  const rows = ["PatientID,Survival.time,deadstatus.event"];
  for (const [i, time] of days.entries()) {
    const { hu, shape, affine } = crudeChest({ lung: 42 + i, lungHu: -860 + 11 * i });
    narrow(hu as Int16Array, shape, [10, 11, 12]);
    await writeNifti(join(dir, "cohort", "images", `P${i}.nii.gz`), { data: hu as Int16Array, shape, affine });
    rows.push(`P${i},${Math.abs(time)},${time > 0 ? 1 : 0}`);
  }
  await Deno.writeTextFile(join(dir, "cohort", "clinical.csv"), rows.join("\n") + "\n");
  const manifest = { format: 1, name: "Crude", source: "made up", licence: "MIT", exclusions: [] };
  await Deno.writeTextFile(join(dir, "cohort", "cohort.json"), JSON.stringify(manifest));
}

/** Leaves a strand of lung on some slices, less than 2 % of the slice: a strict reading drops them. */
function narrow(hu: Int16Array, [, rows, columns]: Shape, slices: readonly number[]): void {
  const [row, strands] = [rows / 2, [columns / 2 - 22, columns / 2 + 22]];
  for (const slice of slices) {
    for (let i = 0; i < rows * columns; i++) {
      const isStrand = strands.some((column) => Math.hypot(Math.floor(i / columns) - row, i % columns - column) < 4);
      const at = slice * rows * columns + i;
      if (hu[at]! < -500 && hu[at]! > -950 && !isStrand) hu[at] = 40;
    }
  }
}

/** AlexNet, whose two readouts differ, under the protocol `paper` but for the threshold and some choices. */
async function open(set: string, beside?: Study): Promise<Study> {
  const environment = environmentOf({
    CTSURV_PROFILE: "smoke",
    CTSURV_PROTOCOL: "paper",
    CTSURV_SET: set,
    ...!set.includes("lungs=") && { CTSURV_LUNGS: "threshold" },
    CTSURV_ENGINE: "onnx",
    CTSURV_COHORT: join(dir, "cohort"),
    CTSURV_OUTPUTS: join(dir, "outputs"),
  });
  const progress = { start() {}, tick() {}, done() {} };
  return await openStudy({ environment, cache: join(dir, "cache"), ...beside && { beside: { ...beside, progress } } });
}

async function run(set: string, beside?: Study): Promise<Run> {
  const study = await open(set, beside);
  const features = await study.features("alexnet");
  return { study, features, validation: await study.crossValidate(features) };
}

Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await makeCohort();
  headline = await run("");
});
Deno.test.afterAll(async () => {
  await headline.study.segmenter.dispose();
  await Deno.remove(dir, { recursive: true });
});

const curves = ({ validation }: Run) => validation.predictions.map(({ survival }) => [...survival]);
const slicesSeen = ({ features }: Run) => features.slices.map(({ kept }) => [...kept]);
const outcomes = ({ features }: Run) => features.patients.map(({ followUp }) => followUp);
const numbers = ({ features }: Run) => features.patients.map(({ features }) => [...features]);
const folds = ({ validation }: Run) => validation.predictions.map(({ fold }) => fold);
const losses = ({ validation }: Run) => validation.folds.map(({ losses }) => [...losses]);

/** For each choice: the value that is tried, and what it must move. */
const claims: Readonly<
  Record<Exclude<ChoiceName, "featureScale" | "lungs" | "sliceOrder" | "transfer" | "trunkMode">, Claim>
> = {
  months: { value: "authors", moves: [outcomes] },
  labels: { value: "lab", moves: [losses] },
  interpolation: { value: "linear", moves: [numbers] },
  interior: { value: "drop", moves: [slicesSeen] },
  intensities: { value: "z-score", moves: [numbers] },
  readout: { value: "penultimate", moves: [numbers] },
  tune: { value: "final-block", moves: [losses] },
  scaleFeatures: { value: "all", moves: [losses] },
  initialisation: { value: "xavier", moves: [losses] },
  attention: { value: "linear", moves: [losses] },
  attentionWidth: { value: 16, moves: [losses] },
  deephit: { value: "shared", moves: [losses] },
  embeddingDropout: { value: 0.5, moves: [losses] },
  dropout: { value: 0.5, moves: [losses] },
  loss: { value: "cox", moves: [losses] },
  tail: { value: "off", moves: [losses] },
  ranking: { value: "pairs/N^2", moves: [losses] },
  ties: { value: "censored", moves: [losses] },
  sigma: { value: 0.3, moves: [losses] },
  batchSize: { value: 3, moves: [losses] },
  lastBatch: { value: "drop", moves: [losses] },
  learningRate: { value: 1e-3, moves: [losses] },
  weightDecay: { value: 0.5, moves: [curves] },
  gradientClipping: { value: 0.01, moves: [curves] },
  schedule: { value: "cosine", moves: [curves] },
  selection: { value: "validation", moves: [losses] },
  seed: { value: 7, moves: [losses] },
  foldSeed: { value: 7, moves: [folds] },
  ctd: { value: "authors", moves: [({ validation }) => validation.folds.map(({ ctd }) => ctd)] },
};

interface Claim {
  readonly value: string | number;
  readonly moves: readonly ((run: Run) => unknown)[];
}

/** What the choices of the images and of the outcome leave as it is. */
const untouched: Partial<Record<ChoiceName, readonly ((run: Run) => unknown)[]>> = {
  months: [slicesSeen, numbers],
  labels: [outcomes, numbers, folds],
  interpolation: [outcomes, folds],
  intensities: [slicesSeen, outcomes],
  readout: [slicesSeen, outcomes, folds],
  ctd: [curves, folds],
  initialisation: [numbers, folds],
  seed: [numbers, folds],
};

for (const [name, { value, moves }] of Object.entries(claims) as [ChoiceName, Claim][]) {
  Deno.test(`${name}=${value} moves what it claims to move, and the predictions with it`, async () => {
    const other = await run(`${name}=${value}`, headline.study);
    assertEquals(other.study.protocol.choices[name], value);
    assert(other.study.protocol.name.includes(`${name}=${value}`), other.study.protocol.name);
    for (const moved of moves) assertNotEquals(moved(other), moved(headline));
    if (name !== "ctd") assertNotEquals(curves(other), curves(headline));
    for (const kept of untouched[name] ?? []) assertEquals(kept(other), kept(headline));
  });
}

Deno.test("lungs=unet finds the lungs otherwise, and everything after it sees other slices", async () => {
  const study = await open("lungs=unet");
  assertNotEquals(study.segmenter.name, headline.study.segmenter.name);
  const { patient } = headline.features.slices[0]!;
  const seen = await study.slicesOf(patient, headline.features.view);
  const before = await headline.study.slicesOf(patient, headline.features.view);
  assertNotEquals([...seen.stack.data], [...before.stack.data]);
  await study.segmenter.dispose();
});

Deno.test("sliceOrder=head-to-feet moves nothing but rounding: no aggregation of the protocols knows of places", async () => {
  const other = await run("sliceOrder=head-to-feet", headline.study);
  const [ours, theirs] = [curves(headline).flat(), curves(other).flat()];
  ours.forEach((survival, i) => assertAlmostEquals(survival, theirs[i]!, 1e-4));
  other.validation.predictions.forEach(({ attention }, i) => {
    attention.forEach((weight, slice) =>
      assertAlmostEquals(weight, headline.validation.predictions[i]!.attention[slice]!, 1e-4)
    );
  });
});

Deno.test("a loss other than DeepHit's knows nothing of DeepHit's choices", async () => {
  const [bare, others] = [
    await run("loss=mtlr", headline.study),
    await run("loss=mtlr,sigma=0.3,ties=censored,ranking=pairs/N^2,tail=off", headline.study),
  ];
  assertEquals(curves(others), curves(bare));
});

Deno.test("featureScale=0.1 moves the losses where features are scaled, and nothing where they are not", async () => {
  const [unscaled, one, tenth] = [
    await run("featureScale=0.1", headline.study),
    await run("scaleFeatures=all", headline.study),
    await run("scaleFeatures=all,featureScale=0.1", headline.study),
  ];
  assertEquals(curves(unscaled), curves(headline));
  assertNotEquals(losses(tenth), losses(one));
});

Deno.test("transfer=fold-matched starts each fold from the source's own, one-head all of them from one", async () => {
  const { parameters } = await headline.study.train(headline.features);
  assertEquals(Object.keys(await transferStart(headline.study, headline.features, parameters)), ["start"]);
  const study = await open("transfer=fold-matched", headline.study);
  const { starts } = await transferStart(study, headline.features, parameters);
  assertEquals(starts?.length, 3);
  assertNotEquals(starts![0]!.embedding.weight.data, starts![1]!.embedding.weight.data);
  const [one, matched] = await Promise.all(
    [{ start: parameters }, { starts: starts! }].map((start) => study.crossValidate(headline.features, start)),
  );
  assertNotEquals(one!.folds.map(({ losses }) => losses), matched!.folds.map(({ losses }) => losses));
});

Deno.test("every choice that can be made otherwise is tested here", () => {
  const elsewhere: ChoiceName[] = ["featureScale", "lungs", "sliceOrder", "transfer"];
  const unbuilt = (Object.keys(notBuilt) as ChoiceName[]).filter((name) => {
    const allowed = allowedValues[name] as readonly Choices[ChoiceName][];
    return allowed.every((value) => value === protocols.paper[name] || notBuilt[name]!.includes(value as never));
  });
  assertEquals([...Object.keys(claims), ...elsewhere, ...unbuilt].toSorted(), Object.keys(allowedValues).toSorted());
});
