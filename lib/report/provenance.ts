import { cpus, totalmem } from "node:os";
import { formatNumber } from "./format_number.ts";
import { type Displayable, jupyterDisplay } from "./displayable.ts";
import { table } from "./table.ts";

/** What only the caller knows about how a result came to be. */
export interface ProvenanceInput {
  readonly engine: string;
  readonly provider: string;
  readonly weights: { readonly kind: string; readonly hash: string };
  /** Name of the lung segmenter. */
  readonly lungs: string;
  readonly cohort: { readonly name: string; readonly hash: string };
  readonly profile: string;
  readonly seeds: Readonly<Record<string, number>>;
}

/** How a result came to be: enough to make it again. */
export interface Provenance extends ProvenanceInput {
  /** ctsurv, Deno, V8, and the libraries that compute. */
  readonly versions: Readonly<Record<string, string>>;
  /** The commit that ran, and whether the library or its pinned packages differed from it; null outside a checkout. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  readonly machine: {
    readonly os: string;
    readonly cpu: string;
    readonly cores: number;
    /** GiB */
    readonly memory: number;
  };
}

/** Looks up versions, commit and machine. The same checkout on the same machine gives the same answer. */
export async function provenance(input: ProvenanceInput): Promise<Provenance & Displayable> {
  const project = await readJson(new URL("../../deno.json", import.meta.url)) as Project;
  const pinned = (name: string) => project.imports[name]?.split("@").at(-1) ?? "unknown";
  const processors = cpus();
  const facts: Provenance = {
    ...input,
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
  // Not enumerable, so that JSON and comparisons see the facts alone.
  return Object.defineProperty(facts, jupyterDisplay, { value: () => display(facts) }) as Provenance & Displayable;
}

interface Project {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
}

async function readJson(url: URL): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(url));
}

async function gitState(): Promise<Provenance["git"]> {
  const root = new URL("../..", import.meta.url);
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
