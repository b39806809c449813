import { tumourOnSlices, tumourSlices } from "@ctsurv/analysis/mod.ts";
import { type Cohort, type CohortPatient, readTumour } from "@ctsurv/cohort/mod.ts";
import { takeView, type View } from "@ctsurv/features/mod.ts";
import { preprocessCached } from "@ctsurv/imaging/mod.ts";
import type { NetworkLungs } from "@ctsurv/lungs/mod.ts";
import type { SliceStack } from "@ctsurv/report/mod.ts";
import type { Choices } from "./protocol/choices.ts";
import { preprocessing } from "./protocol/settings.ts";

/** First and last slice of each run of slices that hold tumour, counted from 0 among those that are seen. */
export type TumourSlices = ReturnType<typeof tumourSlices>;

/** What a backbone sees of one patient, and what is known of the tumour there. */
export interface SeenSlices {
  /** PatientID. */
  readonly id: string;
  /** [seen, rows, columns] in [0, 1], from the feet to the head; of a volume, its averaged slices. */
  readonly stack: SliceStack;
  /** How many slices preprocessing kept. */
  readonly kept: number;
  /** The tumour on these slices; undefined where none is known, and for volumes, whose slices are averages. */
  readonly tumour?: {
    readonly tumours: TumourSlices;
    /** 1 where tumour is, [seen, rows, columns]. */
    readonly mask: ReturnType<typeof tumourOnSlices>;
  };
}

/** Where slices come from. */
export interface SeenSlicesOptions {
  readonly segmenter: NetworkLungs;
  readonly cache: string;
  /** How scans become slices. */
  readonly choices: Choices;
}

/**
 * One patient's slices as a backbone sees them, from the cache where they are there.
 *
 * @throws {InputError} If the scan or the tumour's outline cannot be read.
 */
export async function seenSlices(
  cohort: Cohort,
  { id, image, series }: CohortPatient,
  view: View,
  { segmenter, cache, choices }: SeenSlicesOptions,
): Promise<SeenSlices> {
  const reading = {
    ...preprocessing(choices, cohort.manifest),
    segmenter,
    where: id,
    ...series !== undefined && { series },
  };
  const prepared = await preprocessCached(image, `${cache}/slices`, reading);
  const { slices: data, seen } = takeView(prepared, view);
  const depth = data.length / view.size ** 2;
  const stack = { data, shape: [depth, view.size, view.size] as const };
  const kept = prepared.kept.length;
  const patient = cohort.patients.find((patient) => patient.id === id)!;
  const tumour = view.kind === "slice" ? await readTumour(cohort, patient) : undefined;
  if (!tumour) return { id, stack, kept };
  const facts = { ...prepared, kept: seen.map((i) => prepared.kept[i]!) };
  return { id, stack, kept, tumour: { tumours: tumourSlices(tumour, facts), mask: tumourOnSlices(tumour, facts) } };
}
