/**
 * Soft attention against average pooling on phantom cohorts of other seeds, under the law `tissue` and under the control.
 * Usage: `deno run -A bench/other_seeds.ts [SEED…]`; by default seeds 42, 1, 2 and 3, at the profile that
 * `CTSURV_PROFILE` names, else `workshop`. Notebook 03 shows what it writes, `outputs/phantom-lung1-<profile>/seeds.json`.
 *
 * A cohort of another seed is made in a temporary folder, with its slices and features, and removed in the end. On 2 cores
 * each takes some minutes, most of it for the scans.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePhantom, type PhantomLaw } from "@ctsurv/cohort/mod.ts";
import { lawTable, type OtherSeeds, saysOtherSeeds, writeOtherSeeds } from "@ctsurv/report/mod.ts";
import {
  compareLaws,
  findProfile,
  type LawRun,
  openStudy,
  type OpenStudyOptions,
  outputsFolder,
  readEnvironment,
  runUnderLaw,
} from "@ctsurv/study/mod.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const COHORT = "phantom-lung1";
const SCRIPT = "bench/other_seeds.ts";
const LAWS: readonly PhantomLaw[] = ["tissue", "null"];
/** The seed of the built-in cohort: its scans, slices and features are those of the notebooks. */
const BUILT_IN = 42;

const seeds = Deno.args.length > 0 ? Deno.args.map(Number) : [BUILT_IN, 1, 2, 3];
const environment = { ...readEnvironment(), cohort: undefined, phantomLaw: "tissue" };
const profile = findProfile(undefined, environment);
const path = join(outputsFolder(COHORT, profile.name, { outputs: join(root, "outputs") }), "seeds.json");

/** What every law found on the cohort of a seed. */
async function onSeed(seed: number, options: OpenStudyOptions): Promise<OtherSeeds> {
  const study = await openStudy({ ...options, law: "tissue" });
  const runs: LawRun[] = [];
  for (const law of LAWS) {
    const under = law === "tissue" ? study : await openStudy({ law, beside: study });
    runs.push(await runUnderLaw(under, "efficientnet_b0"));
  }
  const laws = await compareLaws(runs, await study.tumours(runs[0]!.features));
  return {
    kind: "other-seeds",
    script: SCRIPT,
    cohort: COHORT,
    profile: profile.name,
    cohorts: [{ seed, hash: study.cohort.hash, laws }],
    provenance: await study.provenance(runs[0]!.features.weights),
  };
}

/** The same on a cohort that is made for it, and removed with everything that was computed of it. */
async function onNewCohort(seed: number): Promise<OtherSeeds> {
  const folder = await Deno.makeTempDir({ prefix: `ctsurv-seed-${seed}-` });
  try {
    const dir = join(folder, "cohort");
    await ensurePhantom(COHORT, dir, { patients: profile.phantomPatients.lung1, seed });
    return await onSeed(seed, {
      environment: { ...environment, cohort: dir },
      cache: join(folder, "cache"),
      folder: join(folder, "results"),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

let all: OtherSeeds | undefined;
for (const seed of seeds) {
  console.error(`Seed ${seed}`);
  const data = join(root, "data");
  const one = seed === BUILT_IN
    ? await onSeed(seed, { environment, cache: join(data, "cache"), cohorts: join(data, "cohorts") })
    : await onNewCohort(seed);
  all = all ? { ...all, cohorts: [...all.cohorts, ...one.cohorts] } : one;
  // After each seed, so that what is there is kept if the next one fails.
  await writeOtherSeeds(path, all);
}
if (all) {
  const rows = all.cohorts.flatMap(({ seed, laws }) => laws.map((law) => ({ seed, ...law })));
  console.log([lawTable(rows).text, "", saysOtherSeeds(all), path].join("\n"));
}
// Workers and sessions may still be open; nothing is left to wait for.
Deno.exit();
