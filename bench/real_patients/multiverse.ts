import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { multiverseTable } from "@ctsurv/report/mod.ts";
import { runMultiverse, type Study } from "@ctsurv/study/mod.ts";
import { HEADLINE } from "./rows.ts";
import { writeJson } from "./totals.ts";

/**
 * The multiverse of the headline. It is computed in the study's own folder, where an interrupted run goes on, and only
 * its totals are written among the results: table and figure.
 *
 * @param changes As `ctsurv multiverse --change`; all if undefined.
 */
export async function realMultiverse(
  study: Study,
  { output, changes }: { readonly output: string; readonly changes: readonly string[] | undefined },
): Promise<void> {
  const { result, figure } = await runMultiverse(study, { model: HEADLINE, ...changes && { changes } });
  const { provenance: { machine: _, git: __, ...made }, missing, ...rest } = result;
  // Where weights were looked for on this machine is nobody's business.
  const shown = { ...result, missing: missing.map((row) => ({ ...row, reason: withoutPaths(row.reason) })) };
  await writeJson(join(output, "multiverse.json"), { ...rest, missing: shown.missing, made });
  const { markdown, csv } = multiverseTable(shown);
  await writeAtomic(join(output, "multiverse.md"), markdown);
  await writeAtomic(join(output, "multiverse.csv"), csv);
  await figure.save(join(output, "multiverse.svg"));
}

function withoutPaths(text: string): string {
  return text.replaceAll(/(?<![\w:/])(?:[A-Za-z]:)?[\\/](?:[^\\/\s]+[\\/])+/g, "");
}
