import { examineFlops, modelCost } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { costTable, flopsFindings, flopsTable } from "@ctsurv/report/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";
import { aggregationOption, parseAggregation } from "../model_options.ts";

/** Rows and columns of the films that the published weights of r3d_18 were trained on. */
const FILM_SIZE = 112;

/** `ctsurv flops`: the cost of every model, and what the reported costs can mean. */
export const flops: Command = {
  name: "flops",
  summary: "Count multiply-accumulates and parameters of every model, and examine the reported GFLOPs.",
  options: {
    slices: { describe: "number of slices of a patient, which the paper does not state", value: "N", default: "141" },
    aggregation: aggregationOption,
  },
  run({ options }) {
    const slices = parseWholeNumber("slices", String(options.slices));
    if (slices < 1 || slices > 10_000) {
      throw new InputError(`--slices is ${slices}: choose a number from 1 to 10000`);
    }
    const aggregation = parseAggregation(options.aggregation);
    const costs = Object.values(backbones).flatMap((architecture) => [
      modelCost(architecture, { slices, aggregation }),
      ...architecture.input === "volume" ? [modelCost(architecture, { slices, size: FILM_SIZE, aggregation })] : [],
    ]);
    const examination = examineFlops();
    const findings = flopsFindings(examination);
    return Promise.resolve({
      text: [
        costTable(costs, { aggregation: `${aggregation.kind} aggregation` }).text,
        "",
        flopsTable(examination).text,
        "",
        ...findings,
      ].join("\n"),
      json: { slices, aggregation, costs, examination, findings },
    });
  },
};
