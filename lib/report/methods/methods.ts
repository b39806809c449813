import { existsSync } from "node:fs";
import { join } from "node:path";
import { listWords } from "@ctsurv/base/mod.ts";
import { choicesInWords } from "./_choices_in_words.ts";
import { type AggregationResult, readAggregation } from "../results/aggregation_result.ts";
import { type CrossValidationRecord, readCrossValidation } from "../results/cross_validation.ts";
import type { Provenance } from "../results/provenance.ts";
import { readIfThere } from "../results/result_files.ts";
import { type ModelResult, readTable1, type Table1Result } from "../results/table1.ts";
import { readTable2, type Table2Result } from "../results/table2.ts";

/** The results that a paragraph on methods is made from. */
export interface MethodsInput {
  /** The rows, their provenance and the cohort. */
  readonly table1: Table1Result;
  /** The transfer, if there was one. */
  readonly table2?: Table2Result | undefined;
  /** The comparison of aggregations, for its seeds. */
  readonly aggregation?: AggregationResult | undefined;
  /** The cross-validation of any row of Table 1, for its number of epochs. */
  readonly validation?: Pick<CrossValidationRecord, "folds"> | undefined;
}

/** What no file of results knows and a paper needs; see docs/CHECKLIST.md. */
export const METHODS_TO_ADD: readonly string[] = [
  "who the patients are: centre, accrual dates, inclusion and exclusion, treatment",
  "ethical approval, consent, funding and registration",
  "scanners and acquisition",
  "how the sample size was chosen",
];

/**
 * A paragraph on methods to paste into a paper, one sentence an entry: software and versions, cohort, networks and their
 * weights, choices, training, folds and scores. It says what the results themselves record, and nothing else. Results of
 * earlier versions record less, and get a shorter paragraph.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { methodsParagraph, readMethods } from "@ctsurv/ctsurv/report";
 *
 * const sentences = methodsParagraph(await readMethods("outputs/phantom-lung1-smoke"));
 * assert(sentences.some((sentence) => sentence.includes("12 synthetic patients")));
 * ```
 */
export function methodsParagraph({ table1, table2, aggregation, validation }: MethodsInput): string[] {
  const { cohort, profile, models } = table1;
  const proven = models.flatMap(({ provenance }) => provenance ?? []);
  const epochs = distinct(validation?.folds.map(({ losses }) => losses.length) ?? []);
  return [
    ...software(proven),
    `${cohort.name} has ${cohort.patients} ${
      cohort.bestReachableCtd === null ? "patients" : "synthetic patients (phantoms)"
    }, of whom ${cohort.events} died within 24 months (SHA-256 of its manifest and tables ${
      cohort.hash.slice(0, 12)
    }).`,
    ...each(proven, ({ lungs }) => lungs, (lungs) => `Lungs were segmented by ${lungs}.`),
    ...networks(models),
    ...each(proven, ({ protocol }) => protocol?.name, (name) => `The protocol was "${name}".`),
    ...each(
      proven,
      ({ protocol }) => protocol && choicesInWords(protocol.choices).join(" "),
      (text) => text,
    ),
    `The profile was "${profile}"${
      epochs.length === 0
        ? ""
        : `; survival heads were trained for ${epochs.join(" or ")} ${epochs.join() === "1" ? "epoch" : "epochs"}`
    }.`,
    foldSentence(models, proven),
    ...scores(models, proven),
    ...aggregation && aggregation.seeds.length > 1
      ? [`Soft attention was trained with the seeds ${listWords(aggregation.seeds.map(({ seed }) => `${seed}`))}.`]
      : [],
    ...table2 ? [transfer(table2)] : [],
    ...each(
      proven,
      ({ machine }) => `${machine.os}, ${machine.cpu}, ${machine.cores} cores`,
      (machine) => `Computed on ${machine}.`,
    ),
  ];
}

/**
 * Reads what {@linkcode methodsParagraph} needs from a folder of results.
 *
 * @throws {InputError} If the folder has no `table1.json`, or a file of results holds something else.
 */
export async function readMethods(folder: string): Promise<MethodsInput> {
  const table1 = await readTable1(join(folder, "table1.json"));
  const model = table1.models.find(({ model }) => existsSync(join(folder, "cross_validation", `${model}.json`)))?.model;
  return {
    table1,
    table2: await readIfThere(folder, "table2.json", readTable2),
    aggregation: await readIfThere(folder, "aggregation.json", readAggregation),
    validation: model === undefined ? undefined : await readCrossValidation(folder, model),
  };
}

function software(proven: readonly Provenance[]): string[] {
  // Rows of one table may come from several commits; the rest is mostly the same.
  const byVersions = Map.groupBy(proven, ({ versions, engine, provider }) => {
    const { ctsurv: _ctsurv, ...others } = versions;
    const packages = Object.entries(others).map(([name, version]) => `${name} ${version}`);
    return `${packages.join(", ")}; engine ${engine}, ${provider}`;
  });
  return [...byVersions].map(([packages, rows]) => {
    const versions = distinct(rows.map(({ versions }) => versions.ctsurv ?? "of an unknown version"));
    const commits = distinct(
      rows.flatMap(({ git }) => git ? [git.commit.slice(0, 12) + (git.dirty ? " with local changes" : "")] : []),
    );
    const commit = commits.length === 0 ? "" : `${commits.length === 1 ? "commit" : "commits"} ${listWords(commits)}; `;
    return `Models were computed with ctsurv ${listWords(versions)} (${commit}${packages}).`;
  });
}

function networks(models: readonly ModelResult[]): string[] {
  const kinds: Readonly<Record<ModelResult["weights"]["kind"], string>> = {
    seeded: "were drawn from a seed, without any training",
    pretrained: "were pretrained",
    trained: "were trained beforehand",
    phantom: "were trained on phantom tissue",
    external: "are those of another program, which made the features",
  };
  const byKind = Map.groupBy(models, ({ weights }) => weights.kind);
  const seen = Map.groupBy(models, ({ view: { kind, slices, size } }) => {
    if (kind === "external") return "what the program that made the features took";
    const each = `${size} × ${size}`;
    if (kind === "volume") return `a volume of ${slices === "all" ? "all kept" : slices} slices of ${each}`;
    return slices === "all" ? `all kept slices at ${each}` : `${slices} evenly spaced slices of ${each}`;
  });
  // Where each kind of network has one view, its rows need not be named.
  const kind = ({ view }: ModelResult) => view.kind;
  const isOnePerKind = seen.size === new Set(models.map(kind)).size;
  const who = (rows: readonly ModelResult[]) =>
    !isOnePerKind
      ? listWords(rows.map(({ name }) => name))
      : { volume: "3D networks", slice: "2D networks", external: "external networks" }[kind(rows[0]!)];
  return [
    `Compared were ${listWords(models.map(({ name }) => name))}.`,
    ...[...byKind].map(([kind, rows]) =>
      `The starting weights of ${byKind.size === 1 ? "all networks" : listWords(rows.map(({ name }) => name))} ${
        kinds[kind]
      } (SHA-256 ${listWords(distinct(rows.map(({ weights }) => weights.hash.slice(0, 8))))}).`
    ),
    ...[...seen].map(([view, rows]) => `Of each patient, ${who(rows)} saw ${view}.`),
  ];
}

function foldSentence(models: readonly ModelResult[], proven: readonly Provenance[]): string {
  const folds = distinct(models.map(({ folds }) => folds.length));
  const seeds = distinct(proven.flatMap(({ seeds }) => Object.entries(seeds).map(([what, seed]) => `${what} ${seed}`)));
  return `Models were cross-validated in ${
    folds.join(" or ")
  } folds of patients, stratified on death within 24 months` +
    (seeds.length > 0 ? ` (seeds: ${seeds.join(", ")}).` : ".");
}

function scores(models: readonly ModelResult[], proven: readonly Provenance[]): string[] {
  const variant = distinct(proven.flatMap(({ protocol }) => protocol?.choices.ctd ?? []));
  const hasWithin = models.some(({ ctdWithinFolds }) => ctdWithinFolds !== undefined);
  return [
    "Discrimination is the time-dependent concordance (Ctd; Antolini et al. 2005) of follow-up in months, censored at 24: " +
    "equal predictions count one half, and a curve is read at the first month at or after the death.",
    ...variant.some((name) => name !== "risk")
      ? [`The folds' Ctd is the variant ${listWords(variant.map(String))}.`]
      : [],
    ...hasWithin
      ? [
        "It is reported within folds (only pairs of patients whom the same model predicted) with the 95 % percentile " +
        "interval of a bootstrap of the patients of each fold, widened by sqrt(1 + J / (J - 1)) for J folds since their " +
        "models are not independent (Nadeau & Bengio 2003).",
      ]
      : [],
    "It is also reported as mean and standard deviation (n - 1) of the folds, and pooled over all out-of-fold " +
    "predictions with a 95 % percentile interval of a bootstrap of the patients; pooled values lean below 0.5 where " +
    "there is no signal.",
  ].map((sentence) => hasWithin ? sentence : sentence.replace("It is also reported", "It is reported"));
}

function transfer({ source, target, provenance }: Table2Result): string {
  const patients = target.bestReachableCtd === null ? "patients" : "synthetic patients";
  const start = provenance?.protocol?.choices.transfer === "fold-matched"
    ? "from the head of the same fold of the source"
    : provenance?.protocol
    ? "from one head trained on the whole source"
    : "";
  return `Survival heads trained on ${source.name} (${source.patients} patients) were fine-tuned fold by fold on ` +
    `${target.name} (${target.patients} ${patients}, ${target.events} deaths within 24 months)${
      start && `, ${start},`
    } ` +
    `and compared with heads trained on ${target.name} alone.`;
}

/** A sentence for a fact that all share, or the same sentence for each of several. */
function each(
  proven: readonly Provenance[],
  fact: (provenance: Provenance) => string | undefined,
  sentence: (fact: string) => string,
): string[] {
  return distinct(proven.flatMap((one) => fact(one) ?? [])).map(sentence);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
