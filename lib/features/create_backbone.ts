import { basename } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import type { Engine, HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import { type Backbone, type BackboneArchitecture, findBackbone, seededBackbone } from "@ctsurv/nn/mod.ts";
import { findPretrained, loadWeights, openCheckpoint, type Pretrained, recogniseWeights } from "@ctsurv/weights/mod.ts";

/**
 * A backbone with published weights, from `findPretrained` or `recogniseWeights`. Its source names the file and the
 * file's SHA-256.
 *
 * @throws {InputError} If the file is damaged, or does not hold the weights of this network.
 */
export async function pretrainedBackbone(
  architecture: BackboneArchitecture,
  { path, entry, sha256 }: Pretrained,
): Promise<Backbone> {
  using checkpoint = await openCheckpoint(path);
  const parameters = await loadWeights<object>(architecture.spec(), checkpoint, entry) as Tree<HostTensor>;
  return {
    architecture,
    parameters,
    // Not the entry's: a file that only fits the network is not the published one.
    source: { kind: "pretrained", file: basename(path), sha256 },
  };
}

/** Weights from a seed, or published ones. */
export type WeightsKind = "seeded" | "pretrained";

/**
 * Finds the weights that a run will need, where it needs pretrained ones, before it spends hours on anything else.
 *
 * @param backbones Names of architectures.
 * @param folder Where weights are kept. Default: `defaultWeightsFolder()`.
 * @returns One per backbone; none if they are seeded.
 * @throws {InputError} If some are missing or damaged: all of them at once, and how to get each.
 */
export async function requireWeights(
  backbones: readonly string[],
  weights: WeightsKind,
  folder?: string,
): Promise<readonly Pretrained[]> {
  if (weights === "seeded") return [];
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
  /** @default {"seeded"} */
  readonly weights?: WeightsKind;
  /** Weights of this file, whatever `weights` says. */
  readonly file?: string;
  /** Where pretrained weights are kept. @default {`defaultWeightsFolder()`} */
  readonly weightsFolder?: string;
  /** @default {42} */
  readonly seed?: number;
}

/**
 * A frozen backbone by name, with weights from a seed, or pretrained ones.
 *
 * @throws {InputError} If there is no backbone of that name, or its pretrained weights are asked for and are not there,
 * damaged, or of another network: seeded ones in their place would be another experiment.
 */
export async function createBackbone(
  name: string,
  engine: Engine,
  { weights = "seeded", file, weightsFolder, seed = 42 }: CreateBackboneOptions = {},
): Promise<Backbone> {
  const architecture = findBackbone(name);
  if (file !== undefined) return await pretrainedBackbone(architecture, await recogniseWeights(file));
  const [pretrained] = await requireWeights([name], weights, weightsFolder);
  return pretrained
    ? await pretrainedBackbone(architecture, pretrained)
    : await seededBackbone(architecture, engine, { seed });
}
