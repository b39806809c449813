import { join } from "node:path";
import type { ClinicalRecord } from "@ctsurv/cohort/mod.ts";
import { DiskFullError, InputError, type Progress } from "@ctsurv/common/mod.ts";
import type { CachedSlices, LungSegmenter } from "@ctsurv/imaging/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import { censorAt, daysToMonths, type FollowUp } from "@ctsurv/survival/mod.ts";
import { type PatientView, type ViewedPatient, viewPatient } from "./patient_view.ts";
import { preparedSlices, type ScanToPrepare } from "./prepared_slices.ts";
import type { LabelledPatient } from "./trainer.ts";

/** A patient whose scan and follow-up are known. */
export interface PatientToEmbed extends ScanToPrepare {
  readonly record: ClinicalRecord;
}

/** A patient that was left out, and why. */
export interface SkippedPatient {
  readonly patient: string;
  readonly reason: string;
}

/** What preprocessing found, for tables and figures; `kept` are the slices that the backbone saw. */
export type SliceFacts = Omit<CachedSlices, "slices" | "isFromCache"> & { readonly patient: string };

/** A cohort as training sees it. */
export interface EmbeddedCohort<Patient> {
  readonly patients: readonly Patient[];
  readonly slices: readonly SliceFacts[];
  readonly skipped: readonly SkippedPatient[];
}

/** Options of {@linkcode embedCohort}. */
export interface EmbedCohortOptions {
  readonly backbone: Backbone;
  /** What the backbone sees of a patient, and the embedder is made for. @default {all slices} */
  readonly view?: PatientView;
  readonly segmenter: LungSegmenter;
  /** Where slices and features are kept between runs. */
  readonly cache: string;
  readonly progress?: Progress;
}

/** The paper predicts two years. */
export const horizonMonths = 24;

/** Months to death or last contact, censored at two years. */
export function followUp({ survivalDays, dead }: ClinicalRecord): FollowUp {
  return censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, horizonMonths);
}

/**
 * Preprocesses a cohort and embeds it by `embed`, patient by patient. A patient whose scan cannot be used is left out
 * with the reason.
 *
 * @throws {InputError} If no patient is left, or the disk is full.
 */
export async function embedCohort<Embedded extends object>(
  cohort: readonly PatientToEmbed[],
  { backbone, view, segmenter, cache, progress }: EmbedCohortOptions,
  embed: (viewed: ViewedPatient) => Promise<Embedded>,
): Promise<EmbeddedCohort<LabelledPatient & Embedded>> {
  const patients: (LabelledPatient & Embedded)[] = [];
  const slices: SliceFacts[] = [];
  const skipped: SkippedPatient[] = [];
  const { title, size } = backbone.architecture;
  const whole: PatientView = { kind: "slice", slices: "all", size };
  progress?.start(`${title}: patients preprocessed and embedded`, cohort.length);
  const prepared = preparedSlices(cohort, { segmenter, folder: join(cache, "slices") });
  try {
    for (const { id, record } of cohort) {
      try {
        const found = await prepared.next();
        const viewed = viewPatient(found, view ?? whole);
        patients.push({ id, ...await embed(viewed), followUp: followUp(record) });
        const { slices: _pixels, isFromCache: _origin, ...facts } = found;
        slices.push({ ...facts, kept: viewed.seen.map((i) => found.kept[i]!), patient: id });
      } catch (error) {
        if (!(error instanceof InputError) || error instanceof DiskFullError) throw error;
        skipped.push({ patient: id, reason: error.message });
      }
      progress?.tick();
    }
  } finally {
    prepared.close();
  }
  progress?.done(`${title}: ${patients.length} of ${cohort.length} patients preprocessed and embedded`);
  if (patients.length === 0) {
    throw new InputError(`None of ${cohort.length} patients could be used. The first: ${skipped[0]?.reason ?? "none"}`);
  }
  return { patients, slices, skipped };
}
