import { join } from "node:path";
import { type AttentionOnTumour, examineFlops, paper, paperRow } from "@ctsurv/analysis/mod.ts";
import { formatNumber } from "../format.ts";
import { type AggregationResult, readAggregation } from "../results/aggregation_result.ts";
import { type CostResult, readCosts } from "../results/costs.ts";
import { compareWithinFolds, type CrossValidationRecord, readCrossValidation } from "../results/cross_validation.ts";
import { readIfThere } from "../results/result_files.ts";
import { readTable1, type Table1Result } from "../results/table1.ts";
import { readTable2, type Table2Result } from "../results/table2.ts";
import {
  type ClaimEvidence,
  type ClaimVerdict,
  type Finding,
  reachVerdict,
  VERDICT_RULE,
  type Verdicts,
} from "./verdicts.ts";

/** The results that claims are judged by; undefined for those that a folder has not. */
interface Judged {
  readonly table1: Table1Result;
  readonly table2: Table2Result | undefined;
  readonly aggregation: AggregationResult | undefined;
  readonly costs: CostResult | undefined;
  validation(model: string): Promise<CrossValidationRecord | undefined>;
}

/**
 * Judges the five claims of the paper by a folder of results: that soft attention is better than other aggregations,
 * that slices with attention are better than a volume, that a head from another cohort helps, what a patient costs, and
 * that attention shows what matters. {@linkcode VERDICT_RULE} says how a verdict is reached.
 *
 * Differences are computed from the out-of-fold predictions in `cross_validation`, which know their folds, so results of
 * earlier versions are judged too. The verdicts follow from the files alone: the same files give the same verdicts.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judgeClaims } from "@ctsurv/ctsurv/report";
 *
 * const { claims } = await judgeClaims("outputs/phantom-lung1-smoke");
 * assertEquals(claims.map(({ claim, verdict }) => [claim, verdict]), [
 *   ["attention", "not testable here"], // phantoms, and weights from a seed
 *   ["slices", "not testable here"],
 *   ["transfer", "not testable here"],
 *   ["cost", "not reproduced"],
 *   ["interpretability", "not testable here"],
 * ]);
 * ```
 *
 * @throws {InputError} If the folder has no `table1.json`, or a file of results holds something else.
 */
export async function judgeClaims(folder: string): Promise<Verdicts> {
  const results: Judged = {
    table1: await readTable1(join(folder, "table1.json")),
    table2: await readIfThere(folder, "table2.json", readTable2),
    aggregation: await readIfThere(folder, "aggregation.json", readAggregation),
    costs: await readIfThere(folder, "cost.json", readCosts),
    validation: (model) =>
      readIfThere(folder, `cross_validation/${model}.json`, async () => await readCrossValidation(folder, model)),
  };
  return {
    kind: "verdicts",
    cohort: results.table1.cohort.name,
    target: results.table2?.target.name ?? null,
    profile: results.table1.profile,
    rule: VERDICT_RULE,
    claims: [
      await attentionClaim(results),
      await slicesClaim(results),
      await transferClaim(results),
      costClaim(results),
      interpretabilityClaim(results),
    ],
  };
}

const ctd = (model: string) => formatNumber(paperRow(model)!.ctd.mean, 3);

async function attentionClaim(results: Judged): Promise<ClaimVerdict> {
  const evidence = [
    await within(results, "efficientnet_b0", "average_pooling", "soft attention less average pooling"),
    await within(results, "efficientnet_b0", "self_attention", "soft attention less self-attention"),
  ];
  return {
    claim: "attention",
    says: "Soft attention over the slices predicts better than average pooling and self-attention",
    reported: `Ctd ${ctd("efficientnet_b0")} against ${ctd("average_pooling")} and ${ctd("self_attention")}`,
    ...reachVerdict(evidence, [
      ...obstacles(results.table1, ["efficientnet_b0", "average_pooling", "self_attention"]),
      ...missing(evidence, "run notebooks 02 and 03"),
    ]),
    evidence,
  };
}

async function slicesClaim(results: Judged): Promise<ClaimVerdict> {
  const evidence = [
    await within(results, "efficientnet_b0", "r3d_18", "EfficientNetB0 with soft attention less ResNet3D-18"),
  ];
  return {
    claim: "slices",
    says: "A 2D network with soft attention over slices predicts better than a 3D network",
    reported: `Ctd ${ctd("efficientnet_b0")} against ${ctd("r3d_18")}`,
    ...reachVerdict(evidence, [
      ...obstacles(results.table1, ["efficientnet_b0", "r3d_18"]),
      ...missing(evidence, "run notebooks 02 and 04"),
    ]),
    evidence,
  };
}

async function transferClaim(results: Judged): Promise<ClaimVerdict> {
  const { table1, table2 } = results;
  const { lung1, imagenet } = paper.table2;
  const pooled = table2?.difference;
  const evidence: ClaimEvidence[] = [
    await within(results, "fine_tuned_head", "new_head", "fine-tuned less new head"),
    // The paper pools. The chance level of a pooled Ctd is below 0.5, so the verdict does not rest on it.
    ...pooled
      ? [{
        what: "the same on all predictions pooled, as the paper",
        decides: false,
        difference: pooled.difference,
        low: pooled.low,
        high: pooled.high,
        p: pooled.p,
        found: findingOf(pooled.low, pooled.high),
      }]
      : [],
  ];
  const isPhantom = table2 !== undefined && table2.target.bestReachableCtd !== null;
  return {
    claim: "transfer",
    says: "A head trained on LUNG1 and fine-tuned on CLARO predicts better than one trained on CLARO alone",
    reported: `Ctd ${formatNumber(lung1.mean, 3)} against ${formatNumber(imagenet.mean, 3)}, +${
      formatNumber(lung1.mean - imagenet.mean, 3)
    }`,
    ...reachVerdict(evidence, [
      ...obstacles(table1, ["efficientnet_b0"]),
      ...isPhantom ? [`the patients of ${table2.target.name} are phantoms`] : [],
      ...missing(evidence, "run notebook 05"),
    ]),
    evidence,
  };
}

/** Counts depend on neither patients nor weights, so this claim can be tested anywhere. */
function costClaim({ costs }: Judged): ClaimVerdict {
  const { both, reportedRatio, likeForLike } = examineFlops();
  const ratios = likeForLike.map(({ ratio }) => ratio);
  const of = (model: string) => costs?.costs.find((cost) => (cost as { readonly model?: string }).model === model);
  const [slices, volume] = [of("efficientnet_b0"), of("r3d_18")];
  const counted = { low: null, high: null, p: null, found: "counted" } as const;
  return {
    claim: "cost",
    says: "A patient costs 54.3 GFLOPs with EfficientNetB0 on slices and 2924.6 with ResNet3D-18",
    reported: `${formatNumber(paper.gflops.efficientnet_b0, 1)} and ${formatNumber(paper.gflops.r3d_18, 1)} GFLOPs, ${
      formatNumber(reportedRatio, 1)
    } times`,
    verdict: both.length > 0 ? "reproduced" : "not reproduced",
    because: [
      both.length > 0
        ? `both reported numbers come out at ${both.map(({ slices }) => slices).join(", ")} slices`
        : "no number of slices and no one meaning of FLOP gives both reported numbers",
      `on the same slices the 3D network costs ${formatNumber(Math.min(...ratios), 1)} to ${
        formatNumber(Math.max(...ratios), 1)
      } times as much, where the paper has ${formatNumber(reportedRatio, 1)}`,
    ],
    evidence: [
      {
        what: "times that the 3D network costs, on the same slices of 224 × 224",
        decides: true,
        difference: Math.max(...ratios),
        ...counted,
      },
      ...slices && volume
        ? [{
          what: "times that it costs, on what these results show to each",
          decides: false,
          difference: volume.macsPerPatient / slices.macsPerPatient,
          ...counted,
        }]
        : [],
    ],
  };
}

function interpretabilityClaim({ table1, aggregation }: Judged): ClaimVerdict {
  const onTumour: AttentionOnTumour | null | undefined = aggregation?.attended.find(({ model }) =>
    model === "efficientnet_b0"
  )?.onTumour;
  const [low, high] = onTumour?.interval ?? [null, null];
  const evidence: ClaimEvidence[] = [{
    what: "share of soft attention on slices with tumour less that of equal weights",
    decides: true,
    difference: onTumour?.excess ?? null,
    low,
    high,
    p: null,
    found: findingOf(low, high),
  }, ...besideControl(aggregation)];
  return {
    claim: "interpretability",
    says: "Soft attention shows which slices matter: those with tumour get more of it than others",
    reported: "no number",
    ...reachVerdict(evidence, [
      ...obstacles(table1, ["efficientnet_b0"]),
      ...missing(evidence, "no patient's tumour is known, or notebook 03 has not run"),
    ]),
    evidence,
  };
}

/** The attention beside the control's, where there is one: a head looks at tumours also where survival depends on nothing. */
function besideControl(aggregation: AggregationResult | undefined): ClaimEvidence[] {
  const found = aggregation?.laws?.[0]?.besideControl;
  if (!found) return [];
  const { difference, interval: [low, high] } = found;
  const what = "the same share less that of the control, where survival depends on nothing";
  return [{ what, decides: true, difference, low, high, p: null, found: findingOf(low, high) }];
}

/** The difference in Ctd within folds of two cross-validations of the same patients. */
async function within(results: Judged, first: string, second: string, what: string): Promise<ClaimEvidence> {
  const [a, b] = [await results.validation(first), await results.validation(second)];
  const none = { difference: null, low: null, high: null, p: null, found: "no number" } as const;
  const facts = { what: `Ctd within folds, ${what}`, decides: true };
  if (!a || !b) return { ...facts, ...none };
  const found = compareWithinFolds(a, b);
  if (!found) return { ...facts, ...none };
  const { difference, low, high, p } = found;
  return { ...facts, difference, low, high, p, found: findingOf(low, high) };
}

function findingOf(low: number | null, high: number | null): Finding {
  if (low === null || high === null) return "no number";
  return low > 0 ? "above 0" : high < 0 ? "below 0" : "contains 0";
}

function missing(evidence: readonly ClaimEvidence[], advice: string): string[] {
  return evidence.filter(({ decides, found }) => decides && found === "no number")
    .map(({ what }) => `there is no number for "${what}": ${advice}`);
}

/** What stands in the way of testing a claim about trained models by the rows of Table 1. */
function obstacles({ cohort, profile, models }: Table1Result, wanted: readonly string[]): string[] {
  const rows = models.filter(({ model }) => wanted.includes(model));
  const kinds = new Set(rows.map(({ weights }) => weights.kind).filter((kind) => kind !== "pretrained"));
  const protocols = new Set(rows.flatMap(({ provenance }) => provenance?.protocol?.name ?? []));
  const others = [...protocols].filter((name) => !/^(paper|ascent)\b/.test(name));
  return [
    ...cohort.bestReachableCtd === null ? [] : [`the patients of ${cohort.name} are phantoms`],
    ...[...kinds].map((kind) => `weights are ${kind}, not pretrained as the paper's`),
    ...profile === "paper" ? [] : [`profile ${profile} trains less, and on fewer slices, than the paper`],
    ...others.map((name) => `protocol ${name} is no reading of the paper`),
  ];
}
