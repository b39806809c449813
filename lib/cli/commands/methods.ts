import { METHODS_TO_ADD, methodsParagraph, readMethods } from "@ctsurv/report/mod.ts";
import type { Command } from "../command.ts";

/** `ctsurv methods`: a paragraph on methods, made from what results record. */
export const methods: Command = {
  name: "methods",
  summary: "Write a paragraph on methods to paste into a paper, from what a folder of results records.",
  positionals: ["FOLDER"],
  options: {},
  async run({ positionals: [folder] }) {
    const sentences = methodsParagraph(await readMethods(folder!));
    return {
      text: [
        sentences.join(" "),
        ["No file of results knows, and a paper needs:", ...METHODS_TO_ADD.map((line) => `- ${line}`)].join("\n"),
      ].join("\n\n"),
      json: { paragraph: sentences.join(" "), sentences, toAdd: METHODS_TO_ADD },
    };
  },
};
