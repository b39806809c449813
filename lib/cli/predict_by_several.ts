import { join } from "node:path";
import { InputError, listWords } from "@ctsurv/base/mod.ts";
import {
  type DropoutPasses,
  passRate,
  predictEnsemble,
  type PredictScanOptions,
  type SurvivalModel,
} from "@ctsurv/training/mod.ts";
import type { CommandOutput } from "./command.ts";

/** A model and its file. */
export interface NamedModel {
  readonly path: string;
  readonly model: SurvivalModel;
}

/**
 * The files of `--model`, one a line: models, and folders of models such as those of the folds of a cross-validation.
 *
 * @throws {InputError} If a folder holds no model, or a file is named twice.
 */
export async function modelFiles(given: string): Promise<string[]> {
  const files: string[] = [];
  for (const path of given.split("\n")) {
    const { isDirectory } = await Deno.stat(path).catch(() => ({ isDirectory: false }));
    const found = isDirectory
      ? Array.from(Deno.readDirSync(path), ({ name }) => name).filter((name) => name.endsWith(".safetensors")).sort()
        .map((name) => join(path, name))
      : [path];
    if (found.length === 0) throw new InputError(`${path} is a folder without a model: no file ends in .safetensors`);
    files.push(...found);
  }
  const twice = files.find((file, i) => files.indexOf(file) < i);
  if (twice === undefined) return files;
  throw new InputError(`${twice} is named twice; the mean would count it double`);
}

/** `ctsurv predict` with several models or with dropout: the mean curve, and how far the curves lie apart. */
export async function predictBySeveral(
  input: string,
  models: readonly NamedModel[],
  { dropout, ...options }: PredictScanOptions & { readonly dropout?: DropoutPasses },
): Promise<CommandOutput> {
  const rates = dropout && models.map(({ path, model }) => passRate(model, { ...dropout, where: path }));
  const { spread, predictions, warnings: ofScan } = await predictEnsemble(input, models.map(({ model }) => model), {
    ...options,
    ...dropout && { dropout },
  });
  const warnings = [
    ...ofScan,
    ...(rates ?? []).flatMap(({ from, rate }, i) =>
      from === "paper"
        ? [
          `${models[i]!.path} does not record the dropout of its training: the passes have ${rate}, the paper's. ` +
          "Give another with --dropout-rate",
        ]
        : []
    ),
  ];
  const { mean, low, high, std, members, held } = spread;
  const last = mean.length - 1;
  const distinct = [...new Set(rates?.map(({ rate }) => rate))];
  const of = [
    ...models.length > 1 ? [`${models.length} models`] : [],
    ...dropout
      ? [`${dropout.passes} passes${models.length > 1 ? " each" : ""} with dropout ${listWords(distinct)}`]
      : [],
  ].join(", ");
  const cause = [
    ...models.length > 1 ? ["the training"] : [],
    ...dropout ? ["the units of DeepHit that are left out"] : [],
  ];
  const bar = (month: number) => {
    const [from, to] = [Math.round(40 * low[month]!), Math.round(40 * high[month]!)];
    return "█".repeat(from) + "░".repeat(to - from);
  };
  return {
    json: {
      input,
      survival: Array.from(mean, (probability, months) => ({
        months,
        probability,
        low: low[months],
        high: high[months],
        std: std[months],
      })),
      members,
      held,
      ...dropout && { dropout: { passes: dropout.passes, rate: distinct.length === 1 ? distinct[0] : null } },
      models: models.map(({ path, model: { trainedOn, backbone } }, i) => ({
        model: path,
        survival: [...predictions[i]!.survival],
        attention: Array.from(predictions[i]!.attention, (weight, j) => ({ slice: predictions[i]!.seen[j], weight })),
        trainedOn,
        ...rates && { dropoutRate: rates[i]!.rate },
        weights: backbone.source,
      })),
      warnings,
    },
    text: [
      ...warnings.map((warning) => `Warning: ${warning}`),
      `${input}: mean of ${of}. S(${last}) is ${mean[last]!.toFixed(3)}; ` +
      `${held === members ? "all" : `${held} of`} ${members} curves lie between ` +
      `${low[last]!.toFixed(3)} and ${high[last]!.toFixed(3)}`,
      "",
      "months  S(t)    low    high",
      ...Array.from(
        mean,
        (p, months) =>
          `${String(months).padStart(6)}  ${[p, low[months]!, high[months]!].map((x) => x.toFixed(3)).join("  ")}  ${
            bar(months)
          }`,
      ),
      "",
      `The spread says how much the curve depends on ${listWords(cause)}, not how likely it is to be right.`,
      `Models: ${models.map(({ path }) => path).join(", ")}. For research only, not for decisions about patients.`,
    ].join("\n"),
  };
}
