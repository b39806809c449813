import { checkOutputFolder, terminalProgress } from "@ctsurv/base/mod.ts";
import { type CohortPatient, ensurePhantom, openCohort, readPhantomRisk } from "@ctsurv/cohort/mod.ts";
import { bestReachableCtd, censorAt, daysToMonths, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** `ctsurv phantom`: makes a phantom cohort. */
export const phantom: Command = {
  name: "phantom",
  summary: "Make a cohort of synthetic patients: chest CTs, and survival times that depend on the tumour.",
  options: {
    cohort: { describe: "phantom-lung1 or phantom-claro", value: "NAME", default: "phantom-lung1" },
    output: {
      describe: "folder for the cohort: new, empty, or with a phantom cohort, which is completed or replaced",
      value: "DIR",
      required: true,
    },
    patients: { describe: "number of patients", value: "N", default: "48" },
    seed: { describe: "seed of the cohort; another seed makes other patients", value: "S", default: "42" },
  },
  async run({ options }) {
    const started = performance.now();
    const output = String(options.output);
    await checkOutputFolder(output);
    const progress = terminalProgress();
    let known: number | undefined;
    const { written } = await ensurePhantom(String(options.cohort), output, {
      patients: parseWholeNumber("patients", String(options.patients)),
      seed: parseWholeNumber("seed", String(options.seed)),
      onProgress({ done, patients }) {
        if (known === undefined) progress.start("Phantom patients made", patients);
        progress.tick(done - (known ?? 0));
        known = done;
      },
    });
    if (known !== undefined) progress.done();
    const seconds = (performance.now() - started) / 1000;
    const cohort = await openCohort(output);
    const patients = outcomes(cohort.patients);
    const deaths = patients.filter(({ followUp }) => followUp.event === 1).length;
    const best = bestReachableCtd(await readPhantomRisk(output), patients);
    return {
      text: [
        `${cohort.name} in ${cohort.dir}: ${patients.length} patients, ` +
        (written > 0 ? `${written} made in ${seconds.toFixed(1)} s` : "already there"),
        `${deaths} deaths within ${HORIZON_MONTHS} months; best reachable Ctd ${best?.toFixed(3) ?? "undefined"}`,
      ].join("\n"),
      json: {
        cohort: cohort.name,
        output: cohort.dir,
        patients: patients.length,
        written,
        deathsWithin24Months: deaths,
        bestReachableCtd: best,
        seconds,
      },
    };
  },
};

function outcomes(patients: readonly CohortPatient[]) {
  return patients.map(({ id, record: { survivalDays, dead } }) => ({
    id,
    followUp: censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, HORIZON_MONTHS),
  }));
}
