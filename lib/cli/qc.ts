import { join } from "node:path";
import { type Cohort, type CohortPatient, openCohort } from "@ctsurv/cohort/mod.ts";
import { InputError, terminalProgress, writeAtomic } from "@ctsurv/common/mod.ts";
import {
  assessQuality,
  type Examination,
  examine,
  type LungSegmenter,
  measureScan,
  preprocess,
  type Preprocessing,
  type QualityRow,
  readVolume,
  thresholdLungs,
} from "@ctsurv/imaging/mod.ts";
import { contactSheet, qualityCsv, qualityTable, tumourMask } from "@ctsurv/report/mod.ts";
import type { Command } from "./command.ts";

/** `ctsurv qc`: quality control of a cohort's scans. */
export const qc: Command = {
  name: "qc",
  summary: "Check every scan of a cohort, with a picture of each for people to look at.",
  options: {
    cohort: { describe: "the cohort's folder", value: "DIR", required: true },
    output: { describe: "folder for quality.csv, quality.json and contact-sheets/", value: "DIR", required: true },
    patients: { describe: "only these, by their IDs (default: all)", value: "ID,ID" },
  },
  async run({ options }) {
    const { output } = options as { output: string };
    const segmenter = thresholdLungs;
    const cohort = await openCohort(String(options.cohort));
    const patients = choosePatients(cohort, options.patients);
    const examinations: Examination[] = [];
    const progress = terminalProgress();
    progress.start("Patients examined", patients.length);
    for (const patient of patients) {
      examinations.push(await examineAndDraw(patient, { cohort, segmenter, output }));
      progress.tick();
    }
    progress.done(`${patients.length} patients examined`);

    const rows = assessQuality(examinations);
    const result = {
      cohort: cohort.name,
      segmenter: segmenter.name,
      counts: Object.fromEntries((["ok", "flagged", "refused"] as const).map((status) => [
        status,
        rows.filter((row) => row.status === status).length,
      ])),
      patients: rows,
      excluded: cohort.excluded,
      messages: cohort.messages,
    };
    await writeAtomic(join(output, "quality.csv"), qualityCsv(rows));
    await writeAtomic(join(output, "quality.json"), JSON.stringify(result, null, 2) + "\n");
    const { ok, flagged, refused } = result.counts;
    return {
      json: { ...result, output },
      text: [
        qualityTable(rows).text,
        "",
        ...cohort.excluded.map(({ patient, reason }) => `${patient} is excluded by cohort.json: ${reason}`),
        ...cohort.messages,
        `${cohort.name}: ${ok} ok, ${flagged} flagged, ${refused} refused`,
        `written to ${output}: quality.csv, quality.json, contact-sheets/`,
      ].join("\n"),
    };
  },
};

function choosePatients({ patients, dir }: Cohort, wanted: string | true | undefined): readonly CohortPatient[] {
  if (typeof wanted !== "string") return patients;
  const ids = wanted.split(",").map((id) => id.trim());
  const unknown = ids.filter((id) => !patients.some((patient) => patient.id === id));
  if (unknown.length > 0) {
    throw new InputError(
      `--patients: ${dir} has no ${unknown.map((id) => id || "(empty)").join(", ")} among its ${patients.length} ` +
        `patients with an image, from ${patients[0]!.id} to ${patients.at(-1)!.id}`,
    );
  }
  return patients.filter(({ id }) => ids.includes(id));
}

/** Reads, preprocesses and measures one scan, and draws its contact sheet. */
async function examineAndDraw(
  { id, image, series }: CohortPatient,
  { cohort, segmenter, output }: {
    readonly cohort: Cohort;
    readonly segmenter: LungSegmenter;
    readonly output: string;
  },
): Promise<Examination> {
  const sheet = join(output, "contact-sheets", `${id}.png`);
  let scan: Preprocessing | undefined;
  const examination = await examine(id, async () => {
    const reading = await readVolume(image, series === undefined ? {} : { series });
    scan = await preprocess(reading.volume, { segmenter, where: id });
    return measureScan(reading, scan);
  });
  if (scan) await drawSheet(sheet, scan, { cohort, examination });
  // What an earlier run drew is no picture of a scan that is refused.
  else await removeIfThere(sheet);
  return examination;
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The sheet has the flags of the scan itself; those that it has among the others are known last, for the tables. */
async function drawSheet(
  path: string,
  scan: Preprocessing,
  { cohort, examination }: { readonly cohort: Cohort; readonly examination: Examination },
): Promise<void> {
  const [quality] = assessQuality([examination]) as [QualityRow];
  const tumour = await tumourMask(cohort.dir, examination.patient, scan.resampled);
  await contactSheet(scan, { quality, tumour }).save(path);
}
