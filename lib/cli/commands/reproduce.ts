import { dirname, join } from "node:path";
import { examineFlops } from "@ctsurv/analysis/mod.ts";
import project from "../../../deno.json" with { type: "json" };
import { formatSeconds, openRunLog, type RunLog } from "@ctsurv/base/mod.ts";
import {
  costTable,
  flopsFindings,
  formatNumber,
  judgeClaims,
  readCosts,
  readTable1,
  readTable2,
  table,
  table1,
  type Table1Result,
  table2,
  verdictTable,
  writeVerdicts,
} from "@ctsurv/report/mod.ts";
import { openEngine, readEnvironment } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { protocolOptions, withProtocol } from "../protocol_options.ts";
import { checkBeforehand } from "../runs/check_beforehand.ts";
import { checkOutputs, runNotebooks, type SelectedRun, selectRun, writePages } from "../runs/run_notebooks.ts";
import { runStatus } from "../runs/run_status.ts";

/** The folder of logs in a folder of results. */
const LOGS = "logs";

/** `ctsurv reproduce`: runs the notebooks, makes pages of them and their results, and prints the results. */
export const reproduce: Command = {
  name: "reproduce",
  summary: "Run the notebooks, make web pages of them, and print cross-validated Ctd and costs.",
  options: {
    profile: { describe: "smoke, workshop or paper (default: CTSURV_PROFILE, else workshop)", value: "NAME" },
    cohort: { describe: "the cohort's folder (default: CTSURV_COHORT, else phantom-lung1)", value: "DIR" },
    ...protocolOptions,
    all: {
      describe:
        "run notebooks 06 and 07 too, beyond the paper and the multiverse, which take longer than all the others together",
    },
    status: { describe: "say how far such a run has come that goes on elsewhere, and run nothing" },
    "output-notebooks": { describe: "where to save the executed notebooks (default: in place)", value: "DIR" },
  },
  async run({ options, environment = readEnvironment() }) {
    const given = options as Readonly<Record<string, string | undefined>>;
    const run = await selectRun(given, withProtocol(environment, options));
    const { folder } = run;
    const logs = join(folder, LOGS);
    if (options.status === true) return await runStatus(logs);
    await checkOutputs(run, given["output-notebooks"]);
    await openEngine(run.environment);
    await checkBeforehand(run);
    using log = await openRunLog(logs);
    const seconds = await logged(log, run, (run) =>
      runNotebooks(run, {
        outputs: dirname(folder),
        saveIn: given["output-notebooks"],
        all: options.all === true,
      }));
    const result = await readTable1(join(folder, "table1.json"));
    const { costs } = await readCosts(join(folder, "cost.json"));
    const findings = flopsFindings(examineFlops());
    const transfer = await readTable2(join(folder, "table2.json"));
    const verdicts = await judgeClaims(folder);
    await writeVerdicts(folder, verdicts);
    const [page] = await writePages(folder, { notebooks: given["output-notebooks"] });
    const parts = [
      describe(result),
      table1(result).text,
      costTable(costs).text,
      findings.join("\n"),
      table2(transfer).text,
      verdictTable(verdicts).text,
    ];
    return {
      text: [...parts, `Finished in ${formatSeconds(seconds)}. All results: ${page}`].join("\n\n"),
      json: { folder, page, seconds, ...result, costs, findings, transfer, verdicts },
    };
  },
};

/** Runs with a log: of its start, its stages and warnings, and its end. */
async function logged(
  log: RunLog,
  { environment, ...run }: SelectedRun,
  work: (run: SelectedRun) => Promise<number>,
): Promise<number> {
  const { profile, protocol, cohort } = run;
  const about = [`profile ${profile.name}`, `protocol ${protocol.name}`, cohort?.dir ?? "phantoms"].join(", ");
  log.write("run", `started: ctsurv ${project.version}, ${about}, process ${Deno.pid}`);
  try {
    const seconds = await work({ ...run, environment: { ...environment, log: log.path } });
    log.write("run", `finished in ${formatSeconds(seconds)}`);
    return seconds;
  } catch (error) {
    log.write("run", `failed: ${(error as Error).message}`);
    throw error;
  }
}

/** For each model the folds, their mean and the pooled value, as text. */
function describe({ cohort, profile, protocol, models }: Table1Result): string {
  const best = cohort.bestReachableCtd;
  return [
    `${cohort.name}, ${cohort.patients} patients, ${cohort.events} deaths within 24 months, profile ${profile}` +
    (protocol === undefined ? "" : `, protocol ${protocol}`),
    ...models.flatMap(({ name, weights, folds, mean, stdSample, pooled: { value, interval: [low, high] } }) => {
      const lines = [
        ...folds.map(({ fold, patients, events, ctd }) => ({
          what: `fold ${fold}`,
          patients,
          events,
          ctd: formatNumber(ctd, 3),
        })),
        { what: "mean ± std", ctd: `${formatNumber(mean, 3)} ± ${formatNumber(stdSample, 3)}` },
        {
          what: "pooled [95 % interval]",
          patients: cohort.patients,
          events: cohort.events,
          ctd: `${formatNumber(value, 3)} [${formatNumber(low, 3)}, ${formatNumber(high, 3)}]`,
        },
        ...best === null ? [] : [{ what: "best reachable", ctd: formatNumber(best, 3) }],
      ];
      const blank = (count?: number) => count === undefined ? "" : `${count}`;
      const { text } = table<{ what: string; patients?: number; events?: number; ctd: string }>(lines, [
        { label: "", value: ({ what }) => what },
        { label: "patients", value: ({ patients }) => blank(patients) },
        { label: "deaths", value: ({ events }) => blank(events) },
        { label: "Ctd", value: ({ ctd }) => ctd },
      ], `${name}, ${weights.kind} weights`);
      return ["", text];
    }),
  ].join("\n");
}
