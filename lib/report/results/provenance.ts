import { z } from "zod";
import { cpus, totalmem } from "node:os";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { formatNumber } from "../format.ts";
import { table } from "../tables/table.ts";
import { schemaOf } from "./_schema.ts";

/** Fields of a schema for what computed: the software, its commit, and the machine. */
export const environmentShape = {
  versions: z.record(z.string(), z.string()).readonly(),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).readonly().nullable(),
  machine: z.strictObject({
    os: z.string(),
    cpu: z.string(),
    cores: z.int().positive(),
    memory: z.number().positive(),
  }).readonly(),
};

/** What computed: the software, its commit, and the machine. */
export type RunEnvironment = Pick<Provenance, "versions" | "git" | "machine">;

/** Looks up versions, commit and machine. The same checkout on the same machine gives the same result. */
export async function environment(): Promise<RunEnvironment> {
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

async function gitState(): Promise<RunEnvironment["git"]> {
  const root = new URL("../../..", import.meta.url);
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  try {
    const commit = await git("rev-parse", "HEAD");
    // Running changes outputs and notebooks; only the code and its packages count.
    const changes = await git("status", "--porcelain", "--", "lib", "deno.json", "deno.lock", "package.json");
    return commit ? { commit, dirty: changes !== "" } : null;
  } catch {
    // Git is not installed.
    return null;
  }
}

/** The facts of a {@linkcode Provenance} that only the caller knows. */
export interface ProvenanceInput {
  /**
   * Name of the engine of the run, such as `onnx`. Slices, features and activations that the run found in the cache may be
   * another engine's: their files do not say whose they are, see docs/GPU.md.
   */
  readonly engine: string;
  /** The engine's version and what it ran on, such as `onnxruntime-node 1.30.0 (cpu)`. */
  readonly provider: string;
  /** Where the backbone's weights come from, such as `seeded` or `pretrained`, and their SHA-256. */
  readonly weights: { readonly kind: string; readonly hash: string };
  /** Name of the lung segmenter. */
  readonly lungs: string;
  /** The cohort; `hash` is that of `openCohort`. */
  readonly cohort: { readonly name: string; readonly hash: string };
  /** Name of the study's profile, such as `smoke`. */
  readonly profile: string;
  /**
   * How the paper was read: the protocol's name, such as "paper, initialisation=xavier", and every choice. Results of
   * ctsurv 0.1 have none: they were made as the protocol `workshop` is now.
   */
  readonly protocol?: ProtocolRecord;
  /** Seeds by what they are for, such as `training` and `folds`. */
  readonly seeds: Readonly<Record<string, number>>;
}

/** A protocol as results name it. */
export interface ProtocolRecord {
  /** "paper" of nothing that was made otherwise. */
  readonly name: string;
  /** Every choice by its name. */
  readonly choices: Readonly<Record<string, string | number>>;
}

/** How a result came to be: enough to compute it again. */
export interface Provenance extends ProvenanceInput {
  /** Versions of ctsurv, Deno, V8 and the libraries that compute, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The commit that ran, and whether the library or its pinned packages differed from it; null outside a checkout. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  /** Operating system, processor, number of cores, and memory in GiB. */
  readonly machine: {
    readonly os: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memory: number;
  };
}

/** The schema of a provenance in files of results. */
export const provenanceSchema: z.ZodType<Provenance> = schemaOf<Provenance>()(
  z.strictObject({
    engine: z.string(),
    provider: z.string(),
    weights: z.strictObject({ kind: z.string(), hash: z.string() }).readonly(),
    lungs: z.string(),
    cohort: z.strictObject({ name: z.string(), hash: z.string() }).readonly(),
    profile: z.string(),
    protocol: z.strictObject({
      name: z.string(),
      choices: z.record(z.string(), z.union([z.string(), z.number()])).readonly(),
    }).readonly().exactOptional(),
    seeds: z.record(z.string(), z.int()).readonly(),
    ...environmentShape,
  }).readonly(),
);

/**
 * Adds versions, commit and machine to what the caller knows. The same checkout on the same machine gives the same
 * result: there is no date in it. A notebook shows it as a table.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { provenance } from "@ctsurv/ctsurv/report";
 *
 * const made = await provenance({
 *   engine: "onnx",
 *   provider: "onnxruntime-node 1.30.0 (cpu)",
 *   weights: { kind: "seeded", hash: "cafe" },
 *   lungs: "U-Net",
 *   cohort: { name: "made-up", hash: "f00d" },
 *   profile: "smoke",
 *   seeds: { training: 42, folds: 42 },
 * });
 * assertEquals(made.versions.deno, Deno.version.deno);
 * ```
 */
export async function provenance(input: ProvenanceInput): Promise<Provenance & Displayable> {
  const facts: Provenance = { ...input, ...await environment() };
  // Not enumerable, so that JSON and comparisons have only the facts.
  return Object.defineProperty(facts, jupyterDisplay, { value: () => display(facts) }) as Provenance & Displayable;
}

function display({ versions, git, machine, ...input }: Provenance): Readonly<Record<string, string>> {
  const list = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries).map(([name, value]) => `${name} ${value}`).join(", ");
  const rows: [string, string][] = [
    ["Cohort", `${input.cohort.name}, ${input.cohort.hash.slice(0, 12)}`],
    ["Profile", input.profile],
    ...input.protocol ? [["Protocol", input.protocol.name] as [string, string]] : [],
    ...input.protocol ? [["Choices", list(input.protocol.choices)] as [string, string]] : [],
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
