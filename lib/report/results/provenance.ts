import { z } from "zod";
import { cpus, totalmem } from "node:os";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { formatNumber } from "../format.ts";
import { table } from "../tables/table.ts";

/** What computes: software, the commit that it is, and the machine. */
export const environmentShape = {
  /** ctsurv, Deno, V8, and the libraries that compute. */
  versions: z.record(z.string(), z.string()).readonly(),
  /** The commit that ran, and whether the library or its pinned packages differed from it; null outside a checkout. */
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).readonly().nullable(),
  machine: z.strictObject({
    os: z.string(),
    cpu: z.string(),
    cores: z.int().positive(),
    /** GiB */
    memory: z.number().positive(),
  }).readonly(),
};

const schema = z.strictObject(environmentShape).readonly();

export type Environment = z.infer<typeof schema>;

/** Looks up versions, commit and machine. The same checkout on the same machine gives the same answer. */
export async function environment(): Promise<Environment> {
  const project = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url))) as Project;
  const pinned = (name: string) => project.imports[name]?.split("@").at(-1) ?? "unknown";
  const processors = cpus();
  return {
    versions: {
      ctsurv: project.version,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      "onnxruntime-node": pinned("onnxruntime-node"),
      "@tensorflow/tfjs": pinned("@tensorflow/tfjs"),
    },
    git: await gitState(),
    machine: {
      os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
      cpu: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memory: Number((totalmem() / 2 ** 30).toFixed(1)),
    },
  };
}

interface Project {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
}

async function gitState(): Promise<Environment["git"]> {
  const root = new URL("../../..", import.meta.url);
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  try {
    const commit = await git("rev-parse", "HEAD");
    // Outputs and notebooks change by running; what they are made by is what counts.
    const changes = await git("status", "--porcelain", "--", "lib", "deno.json", "deno.lock", "package.json");
    return commit ? { commit, dirty: changes !== "" } : null;
  } catch {
    // Git is not installed.
    return null;
  }
}

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
