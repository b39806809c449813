import type { Command } from "../command.ts";
import { writePages } from "../runs/run_notebooks.ts";

/** `ctsurv report`: makes pages of executed notebooks and a folder of results. */
export const report: Command = {
  name: "report",
  summary: "Make web pages of executed notebooks and a folder of results. Runs no notebook.",
  positionals: ["FOLDER"],
  options: {
    notebooks: { describe: "folder of the executed notebooks (default: notebooks/ of the project)", value: "DIR" },
  },
  async run({ positionals: [folder], options }) {
    const pages = await writePages(folder!, options as { readonly notebooks?: string });
    return { text: [...pages.slice(1), pages[0]].join("\n"), json: { pages } };
  },
};
