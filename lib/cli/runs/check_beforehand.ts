import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkResources, folderBytes, InputError, type Resources } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { requireWeights } from "@ctsurv/features/mod.ts";
import {
  type Environment,
  lungsNotice,
  monthRule,
  type Profile,
  type Protocol,
  requireFolds,
} from "@ctsurv/study/mod.ts";
import { findPretrained } from "@ctsurv/weights/mod.ts";

/** Peak memory of all processes of `reproduce`, plus a margin. At `paper` ResNet3D-18 needs the most, in pieces 3 GB. */
const memory = { smoke: 2.2e9, workshop: 4e9, paper: 5e9 } as const;

/** Bytes of a built-in patient's scan and truth. */
const scanBytes = { "phantom-lung1": 8e6, "phantom-claro": 9e6 } as const;

/**
 * Bytes per patient in the cache: the kept slices, 100 kB each, and the features of every network. Activations are not
 * included, because no notebook trains a final block.
 */
const cacheBytes = { builtIn: 8e6, real: 16e6 } as const;

/**
 * What `reproduce` needs in addition to what is there already: disk in the folder `data`, and memory.
 *
 * @param data The folder that holds `cohorts` and `cache`.
 */
export async function resourceNeeds(
  { profile, cohort, target }: Pick<Undertaking, "profile" | "cohort" | "target">,
  data: string,
): Promise<Resources> {
  const { lung1, claro } = profile.phantomPatients;
  const made = [
    ...cohort ? [] : [{ name: "phantom-lung1", patients: lung1 } as const],
    ...target ? [] : [{ name: "phantom-claro", patients: claro } as const],
  ];
  const scans = await Promise.all(made.map(async ({ name, patients }) => {
    const there = await folderBytes(join(data, "cohorts", `${name}-${patients}`));
    return missing(scanBytes[name] * patients, there);
  }));
  const real = [cohort, target].reduce((sum, one) => sum + (one?.patients.length ?? 0), 0);
  const builtIn = made.reduce((sum, { patients }) => sum + patients, 0);
  // Activations of "fit --tune final-block" may lie there too, but `reproduce` does not use them.
  const [slices, features] = await Promise.all(
    ["slices", "features"].map((name) => folderBytes(join(data, "cache", name))),
  );
  const cache = missing(cacheBytes.real * real + cacheBytes.builtIn * builtIn, slices! + features!);
  return { disk: scans.reduce((sum, bytes) => sum + bytes, cache), memory: memory[profile.name] };
}

/** Bytes that the kept slices of a patient take at least, of whom a scan is complete. */
const LEAST_SLICES = 4e6;

/** Bytes that `fit` will write to a folder of slices at least, in addition to what is there. */
export async function missingCacheBytes(folder: string, patients: number): Promise<number> {
  return missing(LEAST_SLICES * patients, await folderBytes(join(folder, "slices")));
}

function missing(wanted: number, there: number): number {
  return Math.max(0, wanted - there);
}

const data = fileURLToPath(new URL("../../../data", import.meta.url));

/** What `reproduce` is about to run, and on which cohorts. */
export interface Undertaking {
  readonly profile: Profile;
  /** How the paper is read. */
  readonly protocol: Protocol;
  /** Undefined: the built-in one, which is large enough. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to. */
  readonly target: Cohort | undefined;
  /** Says where weights are. */
  readonly environment: Pick<Environment, "weightsFolder">;
}

/**
 * Checks what would otherwise end `reproduce` after hours: a cohort that is too small for the folds, missing weights,
 * and a disk that is too full. Warns on stderr if memory may be too small.
 *
 * @throws {InputError} If something is missing, with what to do.
 */
export async function checkBeforehand(undertaking: Undertaking): Promise<void> {
  const { profile, protocol, cohort, target, environment } = undertaking;
  const { choices } = protocol;
  if (choices.tune === "final-block") {
    throw new InputError(
      "The notebooks train heads on frozen backbones: choose tune=final-layer, or cross-validate the rows of Table 1 one " +
        "by one with `deno task ctsurv cross-validate --protocol paper-methods`",
    );
  }
  for (const divided of [cohort, target]) if (divided) requireFolds(divided, profile, monthRule(choices));
  if (choices.lungs === "r231") await findPretrained("unet_r231", environment.weightsFolder);
  const notice = cohort && lungsNotice({ profile, protocol, cohort });
  if (notice !== undefined) console.error(notice);
  await requireWeights([...profile.backbones, "r3d_18"], profile.weights, environment.weightsFolder);
  const needs = await resourceNeeds(undertaking, data);
  const warning = await checkResources(`The profile ${profile.name}`, { folder: data, needs });
  if (warning) console.error(warning);
}
