import { join } from "node:path";
import { checkOutputFolder, InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { type Cohort, type CohortPatient, openCohort, readTumour, type TumourMask } from "@ctsurv/cohort/mod.ts";
import {
  assessQuality,
  type Examination,
  examine,
  type LungSegmenter,
  measureScan,
  type PreprocessedScan,
  preprocessReading,
  type QualityRow,
  readVolume,
  resampleMask,
} from "@ctsurv/imaging/mod.ts";
import { contactSheet, qualityCsv, qualityTable } from "@ctsurv/report/mod.ts";
import { openEngine, openLungs, readEnvironment } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { lungsOption } from "../model_options.ts";

/** Bytes of a contact sheet at least. */
const SHEET_BYTES = 1e5;

/** `ctsurv qc`: quality control of a cohort's scans. */
export const qc: Command = {
  name: "qc",
  summary: "Check every scan of a cohort, and draw a contact sheet of each.",
  options: {
    cohort: { describe: "the cohort's folder", value: "DIR", required: true },
    output: { describe: "folder for quality.csv, quality.json and contact-sheets/", value: "DIR", required: true },
    patients: { describe: "IDs of the patients to check (default: all)", value: "ID,ID" },
    lungs: lungsOption,
  },
  async run({ options, environment = readEnvironment() }) {
    const { output } = options as { output: string };
    const cohort = await openCohort(String(options.cohort));
    const patients = choosePatients(cohort, options.patients);
    await checkOutputFolder(output, { bytes: SHEET_BYTES * patients.length });
    const segmenter = await openLungs(await openEngine(environment), options.lungs as string | undefined, environment);
    const examinations: Examination[] = [];
    const messages = [...cohort.messages];
    const progress = terminalProgress();
    progress.start("Patients examined", patients.length);
    for (const patient of patients) {
      examinations.push(await examineAndDraw(patient, { cohort, segmenter, output, messages }));
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
      messages,
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
        ...messages,
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
  patient: CohortPatient,
  { cohort, segmenter, output, messages }: {
    readonly cohort: Cohort;
    readonly segmenter: LungSegmenter;
    readonly output: string;
    /** Collects the tumour outlines that cannot be read. */
    readonly messages: string[];
  },
): Promise<Examination> {
  const { id, image, series } = patient;
  const sheet = join(output, "contact-sheets", `${id}.png`);
  let scan: PreprocessedScan | undefined;
  const examination = await examine(id, async () => {
    const reading = await readVolume(image, series === undefined ? {} : { series });
    const { leastLung } = cohort.manifest;
    const own = leastLung === undefined ? {} : { leastLungVolume: leastLung };
    scan = await preprocessReading(reading, { ...own, segmenter, where: id });
    return measureScan(reading, scan);
  });
  // The sheet of an earlier run does not show a scan that is refused now.
  if (!scan) await removeIfThere(sheet);
  else {
    // The sheet shows the flags of the scan itself. Flags by comparison with other scans are known only at the end.
    const [quality] = assessQuality([examination]) as [QualityRow];
    const tumour = await tumourIn(cohort, patient, messages);
    await contactSheet(scan, { quality, tumour: tumour && resampleMask(tumour.mask, tumour, scan.resampled) }).save(
      sheet,
    );
  }
  return examination;
}

/** An outline that cannot be read spoils the picture, not the scan. */
async function tumourIn(cohort: Cohort, patient: CohortPatient, messages: string[]): Promise<TumourMask | undefined> {
  try {
    return await readTumour(cohort, patient);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    messages.push(`${patient.id}: its tumour is not drawn: ${error.message}`);
    return undefined;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
