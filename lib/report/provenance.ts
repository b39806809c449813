import { z } from "zod";
import { type Displayable, jupyterDisplay } from "./displayable.ts";
import { environment, environmentShape } from "./environment.ts";
import { formatNumber } from "./format_number.ts";
import { table } from "./table.ts";

const input = {
  engine: z.string(),
  provider: z.string(),
  weights: z.strictObject({ kind: z.string(), hash: z.string() }).readonly(),
  /** Name of the lung segmenter. */
  lungs: z.string(),
  cohort: z.strictObject({ name: z.string(), hash: z.string() }).readonly(),
  profile: z.string(),
  seeds: z.record(z.string(), z.int()).readonly(),
};

const inputSchema = z.strictObject(input).readonly();

/** How a result came to be, as it stands in files of results. */
export const provenanceSchema = z.strictObject({ ...input, ...environmentShape }).readonly();

/** What only the caller knows about how a result came to be. */
export type ProvenanceInput = z.infer<typeof inputSchema>;

/** How a result came to be: enough to make it again. */
export type Provenance = z.infer<typeof provenanceSchema>;

/** Adds versions, commit and machine. The same checkout on the same machine gives the same answer. */
export async function provenance(input: ProvenanceInput): Promise<Provenance & Displayable> {
  const facts: Provenance = { ...input, ...await environment() };
  // Not enumerable, so that JSON and comparisons see the facts alone.
  return Object.defineProperty(facts, jupyterDisplay, { value: () => display(facts) }) as Provenance & Displayable;
}

function display({ versions, git, machine, ...input }: Provenance): Readonly<Record<string, string>> {
  const list = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries).map(([name, value]) => `${name} ${value}`).join(", ");
  const rows: [string, string][] = [
    ["Cohort", `${input.cohort.name}, ${input.cohort.hash.slice(0, 12)}`],
    ["Profile", input.profile],
    ["Weights", `${input.weights.kind}, ${input.weights.hash.slice(0, 12)}`],
    ["Lungs", input.lungs],
    ["Seeds", list(input.seeds)],
    ["Engine", `${input.engine}, ${input.provider}`],
    ["Versions", list(versions)],
    ["Commit", git ? git.commit.slice(0, 12) + (git.dirty ? ", with local changes" : "") : "none"],
    ["Machine", `${machine.os}, ${machine.cpu}, ${machine.cores} cores, ${formatNumber(machine.memory, 1)} GiB`],
  ];
  return table(rows, [
    { label: "Provenance", value: ([name]) => name },
    { label: "", value: ([, value]) => value },
  ])[jupyterDisplay]();
}
