import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBytes } from "@ctsurv/common/mod.ts";
import type { Command } from "./command.ts";
import { findGenerated } from "./find_generated.ts";

/** `ctsurv clean`, for the clone of this repository that lies in the folder `root`. */
export function cleanIn(root: string): Command {
  return {
    name: "clean",
    summary: "Remove the cache and the phantom cohorts, which are made again when they are needed.",
    options: {
      "dry-run": { describe: "only say what would be removed" },
      outputs: { describe: "remove outputs/ too, the committed results included" },
      weights: { describe: "remove data/weights/ too, which takes a download to get back" },
    },
    async run({ options }) {
      const dryRun = options["dry-run"] === true;
      const { generated, kept } = await findGenerated(root, {
        outputs: options.outputs === true,
        weights: options.weights === true,
      });
      if (!dryRun) { for (const { path } of generated) await Deno.remove(join(root, path), { recursive: true }); }
      const total = generated.reduce((sum, { bytes }) => sum + bytes, 0);
      return {
        text: [
          ...generated.map(({ path, bytes }) => `${path}: ${formatBytes(bytes)}${dryRun ? "" : ", removed"}`),
          ...kept.map(({ path, reason }) => `${path}: kept, ${reason}`),
          generated.length === 0
            ? "There is nothing to remove"
            : `${formatBytes(total)} ${dryRun ? "would be removed" : "removed"}`,
        ].join("\n"),
        json: { dryRun, bytes: total, [dryRun ? "wouldRemove" : "removed"]: generated, kept },
      };
    },
  };
}

export const clean: Command = cleanIn(fileURLToPath(new URL("../../", import.meta.url)));
