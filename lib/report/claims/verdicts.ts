import { z } from "zod";
import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { formatNumber, withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import { schemaOf } from "../results/_schema.ts";
import { readResults } from "../results/result_files.ts";

/** What an interval says: whether all of it is above 0, all below, or neither; or that there is no number. */
export type Finding = "above 0" | "below 0" | "contains 0" | "counted" | "no number";

/** A number that bears on a claim. */
export interface ClaimEvidence {
  /** What was computed. */
  readonly what: string;
  /** Whether the verdict rests on it; the others stand beside it. */
  readonly decides: boolean;
  /** A difference in Ctd, a share of attention, or how many times one cost is another; null where there is none. */
  readonly difference: number | null;
  /** Lower end of its 95 % interval; null for a count. */
  readonly low: number | null;
  /** Upper end; null for a count. */
  readonly high: number | null;
  /** Two-sided p-value; null where there is none. */
  readonly p: number | null;
  /** What the interval says. */
  readonly found: Finding;
}

/** Whether a claim of the paper holds in some results. */
export interface ClaimVerdict {
  /** Short name. */
  readonly claim: "attention" | "slices" | "transfer" | "cost" | "interpretability";
  /** The claim, in words of this project. */
  readonly says: string;
  /** The paper's numbers for it. */
  readonly reported: string;
  /** See {@linkcode VERDICT_RULE}. */
  readonly verdict: "reproduced" | "not reproduced" | "not testable here";
  /** Why; for a claim that is not testable here, everything that stands in the way. */
  readonly because: readonly string[];
  /** The numbers, those that decide first. */
  readonly evidence: readonly ClaimEvidence[];
}

/** The paper's claims, judged by one folder of results: `verdicts.json`. */
export interface Verdicts {
  /** Tells this file from others with results. */
  readonly kind: "verdicts";
  /** Name of the cohort. */
  readonly cohort: string;
  /** Name of the cohort that was transferred to; null where there is no Table 2. */
  readonly target: string | null;
  /** Name of the study's profile. */
  readonly profile: string;
  /** How a verdict is reached. */
  readonly rule: readonly string[];
  /** In the paper's order. */
  readonly claims: readonly ClaimVerdict[];
}

/** How a verdict is reached, sentence by sentence. */
export const VERDICT_RULE: readonly string[] = [
  "A difference in Ctd is taken within folds: only patients whom the same model predicted are compared, and a bootstrap " +
  "draws the patients of each fold for its 95 % interval.",
  "A claim is reproduced if all of the interval of each difference that it rests on is above 0.",
  "It is not reproduced if an interval contains 0 (the models were not told apart) or is below 0 (the opposite was found).",
  "It is not testable here, whatever the interval, if the results lack what the claim is about: real patients, weights " +
  "that were pretrained as the paper's, or the paper's amount of training. The number then says what holds on this " +
  "cohort, and nothing about the paper.",
  "A cost is counted and has no interval: the claim is reproduced if one number of slices and one meaning of FLOP give " +
  "both reported numbers.",
];

const share = z.number().nullable();
const schema = schemaOf<Verdicts>()(z.strictObject({
  kind: z.literal("verdicts"),
  cohort: z.string(),
  target: z.string().nullable(),
  profile: z.string(),
  rule: z.array(z.string()),
  claims: z.array(z.strictObject({
    claim: z.enum(["attention", "slices", "transfer", "cost", "interpretability"]),
    says: z.string(),
    reported: z.string(),
    verdict: z.enum(["reproduced", "not reproduced", "not testable here"]),
    because: z.array(z.string()),
    evidence: z.array(z.strictObject({
      what: z.string(),
      decides: z.boolean(),
      difference: share,
      low: share,
      high: share,
      p: share,
      found: z.enum(["above 0", "below 0", "contains 0", "counted", "no number"]),
    })),
  })),
}));

/**
 * Judges a claim whose evidence are intervals.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reachVerdict } from "@ctsurv/ctsurv/report";
 *
 * assertEquals(reachVerdict([{ decides: true, found: "above 0" }], []).verdict, "reproduced");
 * assertEquals(reachVerdict([{ decides: true, found: "contains 0" }], []).verdict, "not reproduced");
 * assertEquals(reachVerdict([{ decides: true, found: "above 0" }], ["phantoms"]).verdict, "not testable here");
 * ```
 *
 * @param obstacles What stands in the way of testing the claim with these results.
 */
export function reachVerdict(
  evidence: readonly Pick<ClaimEvidence, "decides" | "found">[],
  obstacles: readonly string[],
): Pick<ClaimVerdict, "verdict" | "because"> {
  if (obstacles.length > 0) return { verdict: "not testable here", because: obstacles };
  const found = evidence.filter(({ decides }) => decides).map(({ found }) => found);
  if (found.length === 0 || found.includes("no number")) {
    return { verdict: "not testable here", because: ["a number that the claim rests on is missing"] };
  }
  if (found.includes("below 0")) return { verdict: "not reproduced", because: ["the opposite was found"] };
  if (found.includes("contains 0")) {
    return { verdict: "not reproduced", because: ["not told apart: an interval contains 0"] };
  }
  return { verdict: "reproduced", because: ["every interval is above 0"] };
}

/** The verdicts as a table, one row for each number. */
export function verdictTable({ claims, cohort, target, profile }: Verdicts): Table {
  const rows = claims.flatMap((claim) =>
    claim.evidence.map((evidence, i) => ({ ...evidence, ...i === 0 ? claim : undefined }))
  );
  return table(rows, [
    { label: "Claim", value: ({ says }) => says ?? "" },
    { label: "Paper (reported)", value: ({ reported }) => reported ?? "" },
    { label: "Verdict", value: ({ verdict }) => verdict ?? "" },
    { label: "Number", value: ({ what, decides }) => decides ? what : `(${what})` },
    // A label that begins with Ctd tells verify which tolerance its numbers have.
    { label: "Ctd difference, share or ratio [95 % interval]", value: (row) => inWords(row) },
    { label: "Found", value: ({ found }) => found },
  ], `The paper's claims on ${cohort}${target === null ? "" : ` and ${target}`}, profile ${profile}`);
}

function inWords({ difference, low, high }: ClaimEvidence): string | null {
  if (difference === null) return null;
  if (low === null || high === null) return formatNumber(difference, 1);
  return withInterval({ value: difference, interval: { low, high } });
}

/** The page of {@linkcode writeVerdicts}: the table, why, and the rule. Markdown. */
export function verdictPage(verdicts: Verdicts): string {
  const because = ({ claim, verdict, because }: ClaimVerdict) => `- ${claim}: ${verdict}; ${because.join("; ")}`;
  return [
    verdictTable(verdicts).markdown,
    "A number in brackets stands beside those that the verdict rests on.",
    "",
    "Why:",
    "",
    ...verdicts.claims.map(because),
    "",
    "The rule:",
    "",
    ...verdicts.rule.map((sentence) => `- ${sentence}`),
    "",
  ].join("\n");
}

/**
 * Writes `verdicts.json` and `verdicts.md` into a folder of results. `judgeClaims` makes them.
 *
 * @throws {z.ZodError} If the verdicts are not what the schema says.
 */
export async function writeVerdicts(folder: string, verdicts: Verdicts): Promise<void> {
  await writeAtomic(join(folder, "verdicts.json"), JSON.stringify(schema.parse(verdicts), null, 2) + "\n");
  await writeAtomic(join(folder, "verdicts.md"), verdictPage(verdicts));
}

/**
 * Reads `verdicts.json`.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readVerdicts(path: string): Promise<Verdicts> {
  return await readResults(path, schema, "judgement of the paper's claims");
}
