import { z } from "zod";
import { join } from "node:path";
import { ignoreNotFound, InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import type { FoldOutcome } from "@ctsurv/training/mod.ts";
import { foldSchemas } from "./_score_schemas.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";
import { readResults } from "./result_files.ts";

const { result, prediction } = foldSchemas(z.int().positive());

const schema = z.strictObject({
  kind: z.literal("fold"),
  model: z.string(),
  folds: z.int().positive(),
  key: z.string(),
  result,
  predictions: z.array(prediction),
  divergence: z.string().exactOptional(),
  constantLoss: z.number().exactOptional(),
  provenance: provenanceSchema,
});

/** One fold of a model's cross-validation and how it came to be: `folds/<model>/fold-01.json`. */
export interface FoldFile extends FoldOutcome {
  /** Tells this file from others with results. */
  readonly kind: "fold";
  /** Short name of the model, such as `efficientnet_b0`. */
  readonly model: string;
  /** Folds of the whole cross-validation. */
  readonly folds: number;
  /** SHA-256 of all that the numbers depend on: folds of one key belong together. */
  readonly key: string;
  /** See `provenance`. */
  readonly provenance: Provenance;
}

/** The path of a fold, from 1, in a folder of results. */
export function foldPath(folder: string, model: string, fold: number): string {
  return join(folder, "folds", model, `fold-${`${fold}`.padStart(2, "0")}.json`);
}

/**
 * Writes one fold. A run that is interrupted leaves whole files only. Numbers keep all their digits, so that
 * `assembleFolds` gives the cross-validation to the last bit.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { provenance, readFold, resultFiles, writeFold } from "@ctsurv/ctsurv/report";
 *
 * const [survival, attention] = [Float64Array.of(1, 0.4), Float32Array.of(0.25, 0.75)];
 * const file = {
 *   kind: "fold" as const,
 *   model: "vgg16",
 *   folds: 10,
 *   key: "f00d",
 *   result: { fold: 1, patients: 1, events: 1, ctd: { value: null, concordant: 0, comparable: 0 }, losses: [1.9] },
 *   predictions: [{ id: "LUNG1-001", survival, attention, fold: 1, months: 10, event: 1 as const }],
 *   provenance: await provenance({
 *     engine: "onnx",
 *     provider: "cpu",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     lungs: "U-Net",
 *     cohort: { name: "made-up", hash: "f00d" },
 *     profile: "smoke",
 *     seeds: { training: 42 },
 *   }),
 * };
 * const folder = await Deno.makeTempDir();
 * await writeFold(folder, file);
 * assertEquals(await resultFiles(folder), ["folds/vgg16/fold-01.json"]);
 * assertEquals((await readFold(folder, "vgg16", 1)).predictions, file.predictions);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeFold(folder: string, file: FoldFile): Promise<void> {
  const path = foldPath(folder, file.model, file.result.fold);
  await writeAtomic(path, JSON.stringify(file, plainNumbers) + "\n");
}

/**
 * Removes the folds of a model that do not belong to a cross-validation: of another key, or damaged. They would be taken
 * for folds of this one. Folds of the same key stay, since another run may be writing the same ones.
 */
export async function removeOtherFolds(folder: string, model: string, key: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(join(folder, "folds", model)), ({ name }) => name)
    .catch(ignoreNotFound) ?? [];
  for (const name of names.filter((name) => name.endsWith(".json"))) {
    const path = join(folder, "folds", model, name);
    const file = await readResults(path, schema, "fold of a cross-validation").catch((error) => {
      if (!(error instanceof InputError)) throw error;
    });
    if (file?.key !== key) await Deno.remove(path).catch(ignoreNotFound);
  }
}

/**
 * Reads a fold, from 1.
 *
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readFold(folder: string, model: string, fold: number): Promise<FoldFile> {
  return await readResults(foldPath(folder, model, fold), schema, "fold of a cross-validation");
}

function plainNumbers(_key: string, value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Float64Array ? Array.from(value) : value;
}
