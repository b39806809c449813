import { basename } from "node:path";
import { formatSeconds, InputError, terminalProgress } from "@ctsurv/common/mod.ts";
import { runNotebook } from "@ctsurv/notebook/mod.ts";
import type { Command } from "./command.ts";

const profiles = ["smoke", "workshop", "paper"];

/** Runs one notebook. */
export const notebook: Command = {
  name: "notebook",
  summary: "Run a notebook and save its outputs.",
  positionals: ["PATH"],
  options: {
    output: { describe: "where to save it (default: in place)", value: "FILE" },
    profile: { describe: profiles.join(", "), value: "NAME" },
    cohort: { describe: "the cohort's folder", value: "DIR" },
  },
  async run({ positionals: [path], options: { output, profile, cohort } }) {
    if (profile !== undefined && !profiles.includes(`${profile}`)) {
      throw new InputError(`Unknown profile "${profile}": choose one of ${profiles.join(", ")}`);
    }
    const name = basename(path!);
    const progress = terminalProgress();
    const run = await runNotebook(path!, {
      env: { ...(profile && { CTSURV_PROFILE: `${profile}` }), ...(cohort && { CTSURV_COHORT: `${cohort}` }) },
      ...(output && { output: `${output}` }),
      onCell: ({ done, total }) => done === 0 ? progress.start(`${name}, cells`, total) : progress.tick(),
    });
    progress.done(`${name}: ${run.cells} cells`);
    const saved = `${output ?? path}`;
    if (run.failed) {
      const { cell, firstLine, name: error, message, traceback } = run.failed;
      throw new InputError(
        [
          `Cell ${cell} of ${path} failed: ${error}: ${message}`,
          `The cell begins: ${firstLine}`,
          ...traceback.slice(1),
          `What ran until then is saved in ${saved}`,
        ].join("\n"),
      );
    }
    return {
      text: `${run.cells} cells in ${formatSeconds(run.seconds)}, saved in ${saved}`,
      json: { path, output: saved, cells: run.cells, seconds: run.seconds },
    };
  },
};
