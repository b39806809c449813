import type { Command } from "../command.ts";
import { writePages } from "../runs/run_notebooks.ts";

/** `ctsurv report`: pages from executed notebooks and a folder of results. */
export const report: Command = {
  name: "report",
  summary: "Make web pages of executed notebooks and a folder of results, without running anything.",
  positionals: ["FOLDER"],
  options: {
    notebooks: { describe: "folder of the executed notebooks (default: the project's own)", value: "DIR" },
  },
  async run({ positionals: [folder], options }) {
    const pages = await writePages(folder!, options as { readonly notebooks?: string });
    return { text: [...pages.slice(1), pages[0]].join("\n"), json: { pages } };
  },
};
