import { judgeClaims, verdictPage, writeVerdicts } from "@ctsurv/report/mod.ts";
import type { Command } from "../command.ts";

/** `ctsurv verdicts`: judges the paper's claims by a folder of results. */
export const verdicts: Command = {
  name: "verdicts",
  summary: "Judge the paper's five claims by a folder of results: reproduced, not reproduced, or not testable there.",
  positionals: ["FOLDER"],
  options: {
    write: { describe: "write verdicts.json and verdicts.md into the folder, as reproduce does" },
  },
  async run({ positionals: [folder], options }) {
    const judged = await judgeClaims(folder!);
    if (options.write) await writeVerdicts(folder!, judged);
    return { text: verdictPage(judged), json: judged };
  },
};
