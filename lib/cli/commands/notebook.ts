import { checkOutputFile, formatSeconds } from "@ctsurv/base/mod.ts";
import type { Command } from "../command.ts";
import { runNotebookFile } from "../runs/run_notebooks.ts";

/** Runs one notebook. */
export const notebook: Command = {
  name: "notebook",
  summary: "Run a notebook and save its outputs.",
  positionals: ["PATH"],
  options: {
    output: { describe: "where to save it (default: in place)", value: "FILE" },
    profile: { describe: "smoke, workshop or paper", value: "NAME" },
    cohort: { describe: "the cohort's folder", value: "DIR" },
  },
  async run({ positionals: [path], options, environment }) {
    const { output = path!, profile, cohort } = options as Readonly<Record<string, string | undefined>>;
    await checkOutputFile(output);
    const run = await runNotebookFile(path!, { output, profile, cohort, environment });
    return {
      text: `${run.cells} cells in ${formatSeconds(run.seconds)}, saved in ${output}`,
      json: { path, output, cells: run.cells, seconds: run.seconds },
    };
  },
};
