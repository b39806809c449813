import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import type { CohortManifest, PhantomOrigin } from "../cohort_manifest.ts";
import { formatClinical } from "../table/clinical.ts";
import { drawPatient } from "./draw_patient.ts";
import { lawCohortName, lawFolder, type PhantomLaw, phantomLaws } from "./phantom_law.ts";
import { formatPhantomRisk } from "./phantom_risk.ts";
import { formatPhantomTumours } from "./phantom_tumours.ts";
import type { PhantomSpec } from "./phantoms.ts";

/** A phantom cohort as it is asked for. */
export interface WantedPhantom {
  readonly name: string;
  readonly spec: PhantomSpec;
  readonly seed: number;
  readonly patients: number;
}

/** The tables of a cohort under one law. */
const TABLES = ["clinical.csv", join("truth", "risk.csv"), join("truth", "tumours.csv")];

/** Every file, besides the cohort's own `cohort.json`, that {@linkcode writeTables} writes. */
export function tablePaths({ spec }: Pick<WantedPhantom, "spec">): string[] {
  return [
    ...TABLES,
    ...otherLaws(spec).flatMap((law) => [...TABLES, "cohort.json"].map((file) => join(lawFolder(law), file))),
  ];
}

function otherLaws(spec: PhantomSpec): PhantomLaw[] {
  return phantomLaws.filter((law) => law !== spec.law);
}

/** `cohort.json` of the cohort, or of one of its other laws. */
export function phantomManifest({ name, spec, seed, patients }: WantedPhantom, law = spec.law): CohortManifest {
  const phantom: PhantomOrigin = { spec: { ...spec, law }, seed, patients };
  return {
    format: 1,
    name: lawCohortName(name, law),
    source: `Synthetic: made by ctsurv from seed ${seed}. No patient's data went into it`,
    licence: "MIT",
    exclusions: [],
    phantom: law === spec.law ? phantom : { ...phantom, scans: "../.." },
  };
}

/**
 * Writes the clinical table and the truth of a cohort, and beside them, in `laws`, those of the other laws, each with a
 * `cohort.json` of its own that leads to the same scans. The cohort's own `cohort.json` is left to the caller.
 */
export async function writeTables(dir: string, wanted: WantedPhantom): Promise<void> {
  const { spec, seed, patients } = wanted;
  for (const law of phantomLaws) {
    const people = Array.from({ length: patients }, (_, i) => drawPatient({ ...spec, law }, seed, i + 1));
    const folder = law === spec.law ? dir : join(dir, lawFolder(law));
    const [clinical, risk, tumours] = TABLES.map((table) => join(folder, table)) as [string, string, string];
    await writeAtomic(clinical, formatClinical(people.map(({ record }) => record)));
    await writeAtomic(risk, formatPhantomRisk(people));
    await writeAtomic(tumours, formatPhantomTumours(people));
    if (law !== spec.law) {
      await writeAtomic(join(folder, "cohort.json"), JSON.stringify(phantomManifest(wanted, law), null, 2) + "\n");
    }
  }
}
