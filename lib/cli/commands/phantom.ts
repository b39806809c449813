import { checkOutputFolder, terminalProgress } from "@ctsurv/base/mod.ts";
import {
  type Cohort,
  type CohortPatient,
  ensurePhantom,
  lawInWords,
  openCohort,
  openPhantomLaw,
  type PhantomLaw,
  phantomLaws,
  readPhantomRisk,
} from "@ctsurv/cohort/mod.ts";
import { bestReachableCtd, censorAt, daysToMonths, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";

/** `ctsurv phantom`: makes a phantom cohort. */
export const phantom: Command = {
  name: "phantom",
  summary: "Make a cohort of synthetic patients: chest CTs, and survival times that depend on what the tumour is like.",
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
  details: `Beside it, in its folders laws/size and laws/null, lie the same scans with survival that depends on the
tumour's size, and on nothing.`,
  async run({ options }) {
    const started = performance.now();
    const output = String(options.output);
    await checkOutputFolder(output);
    const progress = terminalProgress();
    let known: number | undefined;
    const { written, replaced } = await ensurePhantom(String(options.cohort), output, {
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
    const laws = await Promise.all(
      phantomLaws.map(async (law) => await describe(await openPhantomLaw(cohort, law), law)),
    );
    const { deathsWithin24Months, bestReachableCtd } = laws.find(({ output }) => output === cohort.dir)!;
    const patients = cohort.patients.length;
    return {
      text: [
        `${cohort.name} in ${cohort.dir}: ${patients} patients, ` +
        (written > 0 ? `${written} made in ${seconds.toFixed(1)} s` : "already there"),
        ...replaced === undefined ? [] : [`It replaces ${replaced}, which was there`],
        ...laws.map(({ law, output, ...facts }) =>
          `${output === cohort.dir ? "" : `${output}: the same scans; `}${lawInWords[law]}; ` +
          `${facts.deathsWithin24Months} deaths within ${HORIZON_MONTHS} months; ` +
          `best reachable Ctd ${facts.bestReachableCtd?.toFixed(3) ?? "undefined"}`
        ),
      ].join("\n"),
      json: {
        cohort: cohort.name,
        output: cohort.dir,
        patients,
        written,
        deathsWithin24Months,
        bestReachableCtd,
        seconds,
        replaced: replaced ?? null,
        laws,
      },
    };
  },
};

/** What a cohort has under a law. */
async function describe({ name, dir, patients }: Cohort, law: PhantomLaw) {
  const followed = outcomes(patients);
  return {
    law,
    cohort: name,
    output: dir,
    deathsWithin24Months: followed.filter(({ followUp }) => followUp.event === 1).length,
    bestReachableCtd: bestReachableCtd(await readPhantomRisk(dir), followed),
  };
}

function outcomes(patients: readonly CohortPatient[]) {
  return patients.map(({ id, record: { survivalDays, dead } }) => ({
    id,
    followUp: censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, HORIZON_MONTHS),
  }));
}
