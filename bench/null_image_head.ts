/**
 * Where chance lies for a head on CT: null cohorts are the cohort with its outcomes dealt anew. Pooled Ctd and Ctd
 * within folds of soft attention on EfficientNet-B0, with the shares of the 95 % intervals below, around and above 0.5.
 * Profile, protocol and cohort are those of the environment. Usage:
 * `deno run -A bench/null_image_head.ts [COHORTS]`.
 */
import { InputError } from "@ctsurv/base/mod.ts";
import { formatNumber, table } from "@ctsurv/report/mod.ts";
import { openStudy, readEnvironment } from "@ctsurv/study/mod.ts";
import { permuteOutcomes } from "@ctsurv/training/mod.ts";

const cohorts = Number(Deno.args[0] ?? 30);
if (!Number.isInteger(cohorts) || cohorts < 1) throw new InputError(`"${Deno.args[0]}" is no number of cohorts`);

// The heads of hundreds of trainings would fill a disk.
const environment = { ...readEnvironment(), trainings: "none" };
const study = await openStudy({ environment, cache: "data/cache", cohorts: "data/cohorts" });
const features = await study.features("efficientnet_b0");
const scores: { readonly pooled: Score; readonly withinFolds: Score }[] = [];
for (let cohort = 1; cohort <= cohorts; cohort++) {
  const patients = permuteOutcomes(features.patients, cohort);
  const { pooled, interval, ctdWithinFolds } = await study.crossValidate({ ...features, patients }, {
    title: `Null ${cohort}`,
  });
  scores.push({ pooled: { value: pooled.pre.risk.value, interval }, withinFolds: ctdWithinFolds!.pre.risk });
}
await study.segmenter.dispose();

interface Score {
  readonly value: number | null;
  readonly interval?: { readonly low: number; readonly high: number } | null;
}

const rows = (["pooled", "withinFolds"] as const).map((name) => {
  const of = scores.map((score) => score[name]);
  const values = of.flatMap(({ value }) => value ?? []);
  const intervals = of.flatMap(({ interval }) => interval ?? []);
  const share = (where: (interval: { readonly low: number; readonly high: number }) => boolean) =>
    `${formatNumber(100 * intervals.filter(where).length / intervals.length, 1)} %`;
  return {
    name,
    values,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    shares: [
      share(({ high }) => high < 0.5),
      share(({ low, high }) => low <= 0.5 && high >= 0.5),
      share(({ low }) => low > 0.5),
    ].join(", "),
  };
});
console.log(
  table(rows, [
    { label: "Ctd", value: ({ name }) => name },
    { label: "Null cohorts", value: ({ values }) => values.length },
    { label: "Mean", value: ({ mean }) => mean, decimals: 3 },
    { label: "Lowest", value: ({ values }) => Math.min(...values), decimals: 3 },
    { label: "Highest", value: ({ values }) => Math.max(...values), decimals: 3 },
    { label: "below, covers, above 0.5", value: ({ shares }) => shares },
  ], `${features.patients.length} patients with outcomes dealt anew, soft attention on EfficientNet-B0`).text,
);
