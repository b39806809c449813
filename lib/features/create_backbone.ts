import { basename } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { type Backbone, type BackboneArchitecture, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import { phantomBackbone, phantomTrained } from "./phantom_backbone.ts";
import { findPretrained, loadPretrained, type Pretrained, recogniseWeights } from "@ctsurv/weights/mod.ts";

/**
 * Reads a backbone's published weights. Its source names the file and the file's SHA-256.
 *
 * @param weights The file, as `findPretrained` or `recogniseWeights` found it.
 * @throws {InputError} If the file is damaged, does not hold the weights of this network, or holds numbers that cannot
 *   be used.
 */
export async function pretrainedBackbone(
  architecture: BackboneArchitecture,
  { path, entry, sha256 }: Pick<Pretrained, "path" | "entry" | "sha256">,
): Promise<Backbone> {
  const { parameters, absent } = await loadPretrained(architecture, { path, entry });
  return {
    architecture,
    parameters,
    ...absent.length > 0 && { absent },
    // Not the entry's: a file that only fits the network is not the published one.
    source: { kind: "pretrained", file: basename(path), sha256 },
  };
}

/**
 * The kinds of weights: `seeded` ones are drawn from a seed, calibrated and never trained. `phantom` ones were trained by
 * this project on phantoms and are shipped for EfficientNet-B0; asked for those, the other networks are seeded.
 * `pretrained` ones are published and were trained on ImageNet or videos.
 */
export const weightsKinds = ["seeded", "phantom", "pretrained"] as const;

/** One of {@linkcode weightsKinds}. */
export type WeightsKind = typeof weightsKinds[number];

/**
 * Finds the pretrained weights that a run will need, before it spends hours on anything else.
 *
 * @example
 * ```ts
 * import { requireWeights } from "@ctsurv/ctsurv/features";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * assertEquals(await requireWeights(["alexnet", "vgg16"], "seeded"), []);
 * // The message names both networks and the commands that download their weights.
 * await assertRejects(() => requireWeights(["alexnet", "vgg16"], "pretrained", "no/such/folder"), Error, "vgg16");
 * ```
 *
 * @param backbones Names of architectures, such as `efficientnet_b0`.
 * @param folder Where weights are kept. Default: `defaultWeightsFolder()`.
 * @returns One entry for each backbone; none unless the weights are pretrained.
 * @throws {InputError} If some are missing or damaged. It names all of them at once, and how to get each.
 */
export async function requireWeights(
  backbones: readonly string[],
  weights: WeightsKind,
  folder?: string,
): Promise<readonly Pretrained[]> {
  if (weights !== "pretrained") return [];
  const found: Pretrained[] = [], problems: string[] = [];
  for (const name of backbones) {
    try {
      found.push(await findPretrained(name, folder));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length === 0) return found;
  throw new InputError(
    `${problems.join(".\n")}. Or set CTSURV_WEIGHTS=seeded to run with weights that were never trained; the results ` +
      "are then not those of the paper's experiment",
  );
}

/** Options of {@linkcode createBackbone}. */
export interface CreateBackboneOptions {
  /** Kind of weights. @default {"seeded"} */
  readonly weights?: WeightsKind;
  /** A file of weights, which is read whatever `weights` says. */
  readonly file?: string;
  /** Where pretrained weights are kept. @default {`defaultWeightsFolder()`} */
  readonly weightsFolder?: string;
  /** Seed of seeded weights. @default {42} */
  readonly seed?: number;
}

/**
 * A frozen backbone by name, with weights of some kind. Seeded weights are drawn and calibrated in seconds and need no
 * download. Phantom weights are shipped for EfficientNet-B0 (`phantomBackbone`); the other networks are then seeded, and
 * their source says so. Pretrained weights are read from the folder to which `ctsurv weights fetch` writes.
 *
 * @param name Such as `efficientnet_b0`.
 * @param engine Calibrates seeded weights.
 * @throws {InputError} If there is no backbone of that name, or its pretrained weights are missing, damaged or of
 *   another network. Seeded weights do not replace them, since that would be another experiment.
 */
export async function createBackbone(
  name: string,
  engine: Engine,
  { weights = "seeded", file, weightsFolder, seed = 42 }: CreateBackboneOptions = {},
): Promise<Backbone> {
  const architecture = findBackbone(name);
  if (file !== undefined) return await pretrainedBackbone(architecture, await recogniseWeights(file));
  const [pretrained] = await requireWeights([name], weights, weightsFolder);
  if (pretrained) return await pretrainedBackbone(architecture, pretrained);
  return weights === "phantom" && phantomTrained.includes(name)
    ? await phantomBackbone()
    : await seededBackbone(architecture, engine, { seed });
}
