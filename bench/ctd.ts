import { join } from "node:path";
import { createRandom } from "@ctsurv/base/mod.ts";
import { concordance, type SurvivalPredictions } from "@ctsurv/survival/mod.ts";

/** What Ctd of a cohort took here and in pycox, which was not asked where `pycox` is null. */
interface CtdTime {
  readonly patients: number;
  /** ms, the least of three runs */
  readonly ours: number;
  /** ms, one run */
  readonly pycox: number | null;
}

const sizes = [1e3, 1e4, 1e5, 1e6];
/**
 * The most patients that pycox gets: it compares every pair, so ten times the patients take a hundred times as long.
 */
const mostForPycox = 1e5;
const months = 24;

/**
 * Times Ctd (antolini, pre) of random cohorts, 24 months, half of the patients followed to the end; in pycox too where
 * `CTSURV_PYTHON` or `python3` has it. Refuses to time different numbers.
 */
export async function compareCtd(): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const ours: { ms: number; value: number }[] = [];
    for (const patients of sizes) {
      const cohort = randomCohort(patients);
      if (patients <= mostForPycox) await write(cohort, join(folder, `${patients}.f64`));
      ours.push(measure(cohort));
    }
    const asked = sizes.filter((patients) => patients <= mostForPycox);
    const theirs = await pycox(folder, asked);
    if (typeof theirs !== "string") {
      theirs.forEach(({ value }, k) => {
        if (Math.abs(value - ours[k]!.value) > 1e-12) throw new Error(`Ctd ${ours[k]!.value} here, ${value} in pycox`);
      });
    }
    const times = sizes.map((patients, k): CtdTime => ({
      patients,
      ours: ours[k]!.ms,
      pycox: typeof theirs === "string" ? null : theirs[k]?.ms ?? null,
    }));
    return formatTimes(times) + (typeof theirs === "string" ? `\npycox was not measured. ${theirs}` : "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function randomCohort(patients: number): SurvivalPredictions {
  const random = createRandom(patients, "bench-ctd");
  const rates = Float64Array.from({ length: patients }, () => Math.exp(random.between(-1, 1)) / 35);
  const deaths = rates.map((rate) => -Math.log(1 - random.uniform()) / rate);
  return {
    times: Array.from({ length: months }, (_, k) => k + 1),
    survival: Array.from(rates, (rate) => {
      const predicted = rate * random.between(.5, 2);
      return Float64Array.from({ length: months }, (_, k) => Math.exp(-predicted * (k + 1)));
    }),
    months: deaths.map((t) => Math.min(t, months)),
    event: deaths.map((t) => Number(t <= months)),
  };
}

function measure(cohort: SurvivalPredictions): { ms: number; value: number } {
  let ms = Infinity, value = NaN;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    value = concordance(cohort, { variant: "antolini" }).value!;
    ms = Math.min(ms, performance.now() - start);
  }
  return { ms, value };
}

async function write({ months, event, survival }: SurvivalPredictions, path: string): Promise<void> {
  const width = survival[0]!.length + 2;
  const numbers = new Float64Array(survival.length * width);
  survival.forEach((curve, i) => numbers.set([months[i]!, event[i]!, ...Array.from(curve)], i * width));
  await Deno.writeFile(path, new Uint8Array(numbers.buffer));
}

async function pycox(folder: string, sizes: readonly number[]): Promise<{ ms: number; value: number }[] | string> {
  const script = decodeURIComponent(new URL("./ctd.py", import.meta.url).pathname);
  const python = Deno.env.get("CTSURV_PYTHON") || "python3";
  try {
    const args = [script, folder, ...sizes.map(String)];
    const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
    if (!success) return `${python} failed: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`;
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch (error) {
    return `${python} cannot be started: ${(error as Error).message}`;
  }
}

function formatTimes(times: readonly CtdTime[]): string {
  const cell = (ms: number | null) => ms === null ? "-" : ms.toFixed(1);
  const growth = (ms: number | null, before: number | null | undefined) =>
    ms === null || before === null || before === undefined ? "" : `x${(ms / before).toFixed(1)}`;
  const rows = times.map(({ patients, ours, pycox }, k) => [
    `${patients}`,
    cell(ours),
    growth(ours, times[k - 1]?.ours),
    cell(pycox),
    growth(pycox, times[k - 1]?.pycox),
  ]);
  const head = ["Ctd (antolini, pre), patients", "here ms", "growth", "pycox ms", "growth"];
  return [head, ...rows].map((row) => row.map((text, k) => text.padStart(head[k]!.length + 2)).join("")).join("\n");
}
