import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderBytes, formatBytes, ignoreNotFound, InputError } from "@ctsurv/base/mod.ts";
import { parseCohortManifest, phantomLaws } from "@ctsurv/cohort/mod.ts";
import { profiles } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";

export interface FindGeneratedOptions {
  /** Also results. */
  readonly outputs: boolean;
  /** Also pretrained weights. */
  readonly weights: boolean;
}

export interface FoundGenerated {
  /** Folders that can be recreated or fetched again; paths relative to the root. */
  readonly generated: readonly { readonly path: string; readonly bytes: number }[];
  /** Their neighbours that cannot be recreated, or that ctsurv may not have made. */
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
}

/** Says why a folder must be kept; undefined if it can be removed. */
type Judge = (folder: string) => string | undefined | Promise<string | undefined>;

/** What ctsurv writes into folders of each kind. */
const made = {
  cache: /^(slices|features|activations|trainings)$/,
  /** A phantom cohort, complete or begun. */
  phantom: /^(cohort\.json|clinical\.csv|images|truth|laws|\.phantom\.(json|lock))$/,
  /** The scans and the truth of a phantom cohort. */
  patients: /^([A-Z]+-\d+(\.nii\.gz)?|risk\.csv|tumours\.csv)$/,
  /** The tables of a phantom cohort's other laws. */
  laws: new RegExp(`^(${phantomLaws.join("|")})$`),
  results:
    /^((table\d+|table1_comparisons|cost|verdicts|(losses|fusion|learning_curve|repeats|multiverse)(_\w+)?|(external_validation|explanation)(_.+)?|aggregation|seeds|run)\.(json|csv|md)|.+\.html|cross_validation|predictions|figures|folds|null|logs|multiverse|uncertainty|\.table1\.lock)$/,
};

/**
 * Looks in a clone of this repository for folders that can be recreated: the cache, phantom cohorts and, on request,
 * results and weights. Links, imported cohorts and everything that ctsurv did not make are kept.
 */
export async function findGenerated(
  root: string,
  { outputs, weights }: FindGeneratedOptions,
): Promise<FoundGenerated> {
  const judged = [
    ...await judgeEach(root, "data/cache", whyNoCache),
    ...weights ? await judge(root, ["data/weights"], () => undefined) : [],
    ...await judgeEach(root, "data/cohorts", whyNoPhantom),
    ...outputs ? await judgeEach(root, "outputs", whyNoResults) : [],
  ];
  const generated = judged.filter(({ reason }) => reason === undefined).map(async ({ path }) => ({
    path,
    bytes: await folderBytes(join(root, path)),
  }));
  return {
    generated: await Promise.all(generated),
    kept: judged.flatMap(({ path, reason }) => reason === undefined ? [] : [{ path, reason }]),
  };
}

/** Judges those of the paths that exist. */
async function judge(root: string, paths: readonly string[], why: Judge) {
  const judged: { readonly path: string; readonly reason: string | undefined }[] = [];
  for (const path of paths) {
    const info = await Deno.lstat(join(root, path)).catch(ignoreNotFound);
    if (!info) continue;
    const reason = info.isSymlink
      ? "a link to elsewhere"
      : info.isDirectory
      ? await why(join(root, path))
      : "a file that ctsurv did not make";
    judged.push({ path, reason });
  }
  return judged;
}

/** Judges the entries of a folder, or the path itself if it is not a folder. */
async function judgeEach(root: string, parent: string, why: Judge) {
  const [found] = await judge(root, [parent], () => undefined);
  if (!found || found.reason !== undefined) return found ? [found] : [];
  const names = await Array.fromAsync(Deno.readDir(join(root, parent)), ({ name }) => name);
  return await judge(root, names.sort().map((name) => `${parent}/${name}`), why);
}

function whyNoCache(folder: string): string | undefined {
  return made.cache.test(basename(folder)) ? undefined : "not ctsurv's";
}

async function whyNoPhantom(folder: string): Promise<string | undefined> {
  const path = join(folder, "cohort.json");
  const manifest = await Deno.readTextFile(path).catch(ignoreNotFound);
  const begun = await Deno.lstat(join(folder, ".phantom.json")).catch(ignoreNotFound);
  try {
    const isPhantom = manifest === undefined ? begun : parseCohortManifest(manifest, path).phantom;
    if (!isPhantom) return "no phantom cohort";
  } catch (error) {
    if (error instanceof InputError) return "no phantom cohort";
    throw error;
  }
  return await strangerIn(folder, made.phantom) ?? await strangerIn(join(folder, "images"), made.patients) ??
    await strangerIn(join(folder, "truth"), made.patients) ?? await strangerInLaws(join(folder, "laws"));
}

async function strangerInLaws(folder: string): Promise<string | undefined> {
  const found = await Promise.all(
    phantomLaws.map(async (law) =>
      await strangerIn(join(folder, law), made.phantom) ?? await strangerIn(join(folder, law, "truth"), made.patients)
    ),
  );
  return await strangerIn(folder, made.laws) ?? found.find((stranger) => stranger !== undefined);
}

async function whyNoResults(folder: string): Promise<string | undefined> {
  // The name of a protocol, and its choices, may follow.
  const isRun = Object.keys(profiles).some((name) => new RegExp(`-${name}(-|$)`).test(basename(folder)));
  return isRun ? await strangerIn(folder, made.results) : "not named after a cohort and a profile";
}

/** Names an entry of a folder that ctsurv did not make. The target of a link is not removed, so it does not count. */
async function strangerIn(folder: string, known: RegExp): Promise<string | undefined> {
  const info = await Deno.lstat(folder).catch(ignoreNotFound);
  if (!info?.isDirectory) return undefined;
  for await (const { name } of Deno.readDir(folder)) {
    if (!known.test(name) && !name.endsWith(".partial")) return `holds ${name}, which ctsurv did not make`;
  }
  return undefined;
}

/** `ctsurv clean`, for the clone of this repository that lies in the folder `root`. */
export function cleanIn(root: string): Command {
  return {
    name: "clean",
    summary: "Remove the cache and the phantom cohorts. ctsurv recreates both when it needs them.",
    options: {
      "dry-run": { describe: "show what would be removed, and remove nothing" },
      outputs: { describe: "also remove the results in outputs/, including the committed ones" },
      weights: { describe: "also remove data/weights/; you then have to download the weights again" },
    },
    async run({ options }) {
      const dryRun = options["dry-run"] === true;
      const { generated, kept } = await findGenerated(root, {
        outputs: options.outputs === true,
        weights: options.weights === true,
      });
      if (!dryRun) { for (const { path } of generated) await Deno.remove(join(root, path), { recursive: true }); }
      const total = generated.reduce((sum, { bytes }) => sum + bytes, 0);
      return {
        text: [
          ...generated.map(({ path, bytes }) => `${path}: ${formatBytes(bytes)}${dryRun ? "" : ", removed"}`),
          ...kept.map(({ path, reason }) => `${path}: kept, ${reason}`),
          generated.length === 0
            ? "There is nothing to remove"
            : `${formatBytes(total)} ${dryRun ? "would be removed" : "removed"}`,
        ].join("\n"),
        json: { dryRun, bytes: total, [dryRun ? "wouldRemove" : "removed"]: generated, kept },
      };
    },
  };
}

export const clean: Command = cleanIn(fileURLToPath(new URL("../../../", import.meta.url)));
