import { parseCsv, refuseIfAny } from "@ctsurv/cohort/mod.ts";
import { InputError } from "@ctsurv/common/mod.ts";
import {
  type Concordance,
  concordanceInterval,
  type ConcordanceTable,
  concordanceTable,
  type CtdVariant,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import type { Command } from "./command.ts";

/** By how much float32 sums may leave [0, 1] or rise from one time to the next. */
const rounding = 1e-6;

/** `ctsurv evaluate`: Ctd of a table of predictions, every variant under both lookups. */
export const evaluate: Command = {
  name: "evaluate",
  summary: "Time-dependent concordance (Ctd) of predicted survival curves: every variant, both lookups.",
  options: {
    predictions: {
      describe: "columns patient, months, event (1 death, 0 censored) and one S<t> per time: survival at t months",
      value: "FILE.csv",
      required: true,
    },
  },
  async run({ options }) {
    const file = String(options.predictions);
    const text = await Deno.readTextFile(file).catch((error: Error) => {
      throw new InputError(`Cannot read the predictions: ${error.message}`);
    });
    const predictions = parsePredictions(text, file);
    const warnings = rises(predictions);
    const ctd = concordanceTable(predictions);
    const interval = concordanceInterval(predictions, { variant: "risk", lookup: "pre" });
    const patients = predictions.survival.length;
    const events = predictions.event.filter((event) => event === 1).length;
    return {
      text: [
        `${patients} patients, ${events} deaths, survival at ${predictions.times.join(", ")} months`,
        ...warnings.map((warning) => `Warning: ${warning}`),
        "",
        ...tableLines(ctd),
        "",
        interval
          ? `Ctd (risk, pre): 95 % interval ${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}, ` +
            `${interval.replicates} bootstrap samples of the patients`
          : "Ctd (risk, pre) is undefined: of no two patients is one known to have died first",
      ].join("\n"),
      json: { ctd, interval: interval && { variant: "risk", lookup: "pre", ...interval }, patients, events, warnings },
    };
  },
};

interface Predictions extends SurvivalPredictions {
  readonly patients: readonly string[];
  readonly times: readonly number[];
  readonly survival: readonly (readonly number[])[];
  readonly event: readonly number[];
}

function parsePredictions(text: string, file: string): Predictions {
  const csv = parseCsv(text, file);
  const position = (name: string) => {
    const index = csv.header.findIndex((other) => other.toLowerCase() === name);
    if (index === -1) throw new InputError(`${file} has no column ${name}; its columns are ${csv.header.join(", ")}`);
    return index;
  };
  const [patientAt, monthsAt, eventAt] = ["patient", "months", "event"].map(position) as [number, number, number];
  const curve = csv.header
    .map((name, index) => ({ name, index, time: Number(/^S(\d+(\.\d+)?)$/i.exec(name)?.[1] ?? NaN) }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((a, b) => a.time - b.time);
  if (curve.length === 0) {
    throw new InputError(`${file} has no column of survival, such as S12; its columns are ${csv.header.join(", ")}`);
  }
  const twice = curve.find(({ time }, k) => k > 0 && time === curve[k - 1]!.time);
  if (twice) throw new InputError(`${file} has survival at ${twice.time} months twice; keep one column`);

  const problems: string[] = [];
  const lineOf = new Map<string, number>();
  const rows = csv.rows.map(({ line, cells }) => {
    const patient = cells[patientAt]!;
    const problem = (column: number, message: string) =>
      problems.push(`${file}, row ${line} (${patient || "no patient"}), column ${csv.header[column]}: ${message}`);
    const number = (column: number, what: string, valid: (value: number) => boolean) => {
      const value = csv.number(cells[column]!);
      if (!valid(value)) {
        problem(column, `${cells[column] ? `"${cells[column]}"` : "nothing there, it"} is not ${what}`);
      }
      return value;
    };
    const earlier = lineOf.get(patient);
    if (patient === "") problem(patientAt, "nothing there; write the patient's name");
    else if (earlier !== undefined) problem(patientAt, `row ${earlier} is the same patient; keep one`);
    else lineOf.set(patient, line);
    return {
      patient,
      months: number(monthsAt, "a number of months from 0", (months) => months >= 0 && months < Infinity),
      event: number(eventAt, "0 (censored) or 1 (death)", (event) => event === 0 || event === 1),
      survival: curve.map(({ index }) =>
        number(index, "a probability from 0 to 1", (s) => s >= -rounding && s <= 1 + rounding)
      ),
    };
  });
  refuseIfAny(problems, file);
  return {
    patients: rows.map(({ patient }) => patient),
    times: curve.map(({ time }) => time),
    survival: rows.map(({ survival }) => survival),
    months: rows.map(({ months }) => months),
    event: rows.map(({ event }) => event),
  };
}

/**
 * A warning if curves rise. Ctd is defined all the same, so they are not refused; but they cannot be survival, and where
 * most rise the columns are likely the incidence of death, whose Ctd would be upside down.
 */
function rises({ patients, times, survival }: Predictions): string[] {
  const rising = survival.flatMap((row, patient) => {
    const k = row.findIndex((s, k) => k > 0 && s > row[k - 1]! + rounding);
    return k === -1 ? [] : [{ patient, k }];
  });
  if (rising.length === 0) return [];
  const { patient, k } = rising[0]!;
  const [before, after] = [survival[patient]![k - 1], survival[patient]![k]];
  return [
    `survival rises with time in ${rising.length} of ${survival.length} patients, first in ${
      patients[patient]
    }, from ` +
    `${before} at ${times[k - 1]} to ${after} at ${times[k]} months.` +
    (2 * rising.length > survival.length ? " Are these probabilities of death?" : ""),
  ];
}

function tableLines(ctd: ConcordanceTable): string[] {
  const cells = ({ value, concordant, comparable }: Concordance) => [
    value === null ? "undefined" : value.toFixed(4),
    `${concordant} / ${comparable}`,
  ];
  const rows = [
    ["Ctd", "pre", "pairs", "post", "pairs"],
    ...(Object.keys(ctd.pre) as CtdVariant[]).map((variant) => [
      variant,
      ...cells(ctd.pre[variant]),
      ...cells(ctd.post[variant]),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")
  );
}
