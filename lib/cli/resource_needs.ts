import { join } from "node:path";
import { folderBytes, type Resources } from "@ctsurv/common/mod.ts";
import type { Undertaking } from "./check_beforehand.ts";

/** What `reproduce` held at most, all its processes together, and a little more; at `paper` ResNet3D-18 decides. */
const memory = { smoke: 2.2e9, workshop: 4e9, paper: 8e9 } as const;

/** Bytes of a built-in patient's scan and truth. */
const scanBytes = { "phantom-lung1": 8e6, "phantom-claro": 9e6 } as const;

/**
 * Bytes in the cache of a patient: the kept slices, 100 kB each, and the features of every network. No notebook trains a
 * final block, whose activations would come on top.
 */
const cacheBytes = { builtIn: 8e6, real: 16e6 } as const;

/**
 * What `reproduce` takes beyond what is there already: disk in the folder `data`, and memory.
 *
 * @param data The folder that holds `cohorts` and `cache`.
 */
export async function resourceNeeds({ profile, cohort, target }: Undertaking, data: string): Promise<Resources> {
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
  // Activations may lie there too, of "fit --tune final-block": nothing that this saves.
  const [slices, features] = await Promise.all(
    ["slices", "features"].map((name) => folderBytes(join(data, "cache", name))),
  );
  const cache = missing(cacheBytes.real * real + cacheBytes.builtIn * builtIn, slices! + features!);
  return { disk: scans.reduce((sum, bytes) => sum + bytes, cache), memory: memory[profile.name] };
}

function missing(wanted: number, there: number): number {
  return Math.max(0, wanted - there);
}
