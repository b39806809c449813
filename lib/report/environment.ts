import { cpus, totalmem } from "node:os";
import { z } from "zod";

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
  const project = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))) as Project;
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
