import { InputError } from "@ctsurv/base/mod.ts";
import { type MeasuredRecord, readCsv } from "@ctsurv/cohort/table/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import type { Study, StudyFeatures } from "@ctsurv/study/mod.ts";

/** Columns of the reference table: drawn tumour, and the risk of the published network as published and as repeated. */
const COLUMNS = ["gtv_cm3", "cnn_hosny_risk", "cnn_idc_risk"] as const;

/** Names of the measurements that rows use. */
export const measurementNames = { volume: "log2(volume)", published: "published risk" } as const;

/** A patient whom every row predicts, without the image. */
export interface RealPatient extends LabelledPatient {
  /** Clinical row, with the tumour's volume (log2 of mL) and the logit of the repeated risk of the published network. */
  readonly record: MeasuredRecord;
  /** The published network's risk as its authors published it; null for the patients it was not published of. */
  readonly publishedRisk: number | null;
  /** The same network's risk as others repeated it. */
  readonly repeatedRisk: number;
}

/**
 * The patients of all rows: those whose slices pass, with what the reference table says about them.
 *
 * @param table CSV with PatientID, gtv_cm3 (mL) and the two columns of risks, between 0 and 1.
 * @throws {InputError} If the table lacks a patient, or a volume or repeated risk of one.
 */
export async function realPatients(
  { cohort }: Pick<Study, "cohort">,
  { patients }: Pick<StudyFeatures, "patients">,
  table: string,
): Promise<readonly RealPatient[]> {
  const rows = await readColumns(table);
  const records = new Map(cohort.patients.map(({ id, record }) => [id, record]));
  return patients.map(({ id, followUp }) => {
    const [volume = null, published = null, repeated = null] = rows.get(id) ?? [];
    if (volume === null || repeated === null) {
      throw new InputError(
        `${table} has no ${volume === null ? COLUMNS[0] : COLUMNS[2]} of ${id}: give the whole table`,
      );
    }
    const measurements = {
      [measurementNames.volume]: Math.log2(volume),
      [measurementNames.published]: Math.log(repeated / (1 - repeated)),
    };
    return {
      id,
      followUp,
      record: { ...records.get(id)!, measurements },
      publishedRisk: published,
      repeatedRisk: repeated,
    };
  });
}

/** The three columns of each patient; null where a cell is empty. Half of the patients may lack a published risk. */
async function readColumns(file: string): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const { header, rows, number } = await readCsv(file);
  const places = ["PatientID", ...COLUMNS].map((name) => {
    const place = header.indexOf(name);
    if (place === -1) throw new InputError(`${file} has no column ${name}: it needs PatientID, ${COLUMNS.join(", ")}`);
    return place;
  });
  return new Map(rows.map(({ line, cells }) => {
    const [id, ...texts] = places.map((place) => cells[place]!);
    const values = texts.map((text, i) => {
      const value = text === "" ? null : number(text);
      if (value === null || (i === 0 ? value > 0 : value > 0 && value < 1)) return value;
      throw new InputError(`${file}, row ${line} (${id}), ${COLUMNS[i]}: "${text}" is not what it should be`);
    });
    return [id!, values];
  }));
}

/** Why patients were left out, as numbers. */
export interface PatientTotals {
  /** Rows of the clinical table. */
  readonly inTable: number;
  /** By cohort.json. */
  readonly excluded: number;
  /** Patients without slices. */
  readonly withoutImage: number;
  /** Patients with slices. */
  readonly withSlices: number;
  /** mL of lung that the cohort asks for. */
  readonly leastLung: number;
  /** Refused patients by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Patients of all rows, and how many died within 24 months. */
  readonly patients: number;
  readonly deaths: number;
  /** Patients by the number of slices that passed. */
  readonly keptSlices: Readonly<Record<string, number>>;
}

/** Counts who is in the rows, who is not, and why. */
export function patientTotals({ cohort }: Pick<Study, "cohort">, features: StudyFeatures): PatientTotals {
  const { manifest, excluded, patients } = cohort;
  return {
    inTable: manifest.import?.clinical.patients ?? patients.length + excluded.length,
    excluded: excluded.length,
    withoutImage: manifest.import?.withoutImage.length ?? 0,
    withSlices: patients.length,
    leastLung: manifest.leastLung ?? 300,
    refused: countBy(features.skipped.map(({ reason }) => shortReason(reason))),
    patients: features.patients.length,
    deaths: features.deaths,
    keptSlices: countBy(features.slices.map(({ kept }) => `${kept.length}`)),
  };
}

/** A reason without the patient's name and numbers. */
function shortReason(reason: string): string {
  if (reason.includes("too little lung")) return "less lung than the cohort asks for";
  const share = /no slice is more than [\d.]+ % lung/.exec(reason)?.[0];
  return share ?? "the scan cannot be read";
}

function countBy(names: readonly string[]): Record<string, number> {
  const groups = [...Map.groupBy(names, (name) => name)].sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(groups.map(([name, all]) => [name, all.length]));
}
