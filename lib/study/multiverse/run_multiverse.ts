import { join } from "node:path";
import { InputError, OutputError } from "@ctsurv/base/mod.ts";
import {
  type Displayable,
  type Figure,
  type MissingRow,
  multiverseFigure,
  type MultiverseResult,
  type MultiverseRow,
  multiverseTable,
  writeMultiverse,
} from "@ctsurv/report/mod.ts";
import { comparedCohort, displayAs, fileNameOf, writeTable } from "../_facts.ts";
import { findRow, refuseFusion } from "../rows/rows.ts";
import { openStudy, type OpenStudyOptions } from "../open_study.ts";
import type { Study } from "../study.ts";
import {
  compareWithHeadline,
  crossValidated,
  ctdOf,
  type RowToChange,
  SilentChoice,
} from "./_compare_with_headline.ts";
import { findChanges, knownEffect, multiverseChanges } from "./multiverse_rows.ts";

/** Options of {@linkcode runMultiverse}. */
export interface MultiverseOptions extends Pick<OpenStudyOptions, "cohorts"> {
  /** The row of Table 1 that is varied. @default {"efficientnet_b0"} */
  readonly model?: string;
  /** Choices or changes by name, such as `seed` or `attention=linear`. @default {all} */
  readonly changes?: readonly string[];
  /** Is told each row as soon as it is there. */
  readonly onRow?: (row: MultiverseRow | MissingRow) => void;
}

/** A multiverse, and where it was written. */
export interface Multiverse extends Displayable {
  /** All that `multiverse.json` holds. */
  readonly result: MultiverseResult;
  /** What each choice moves. */
  readonly figure: Figure;
}

/**
 * Cross-validates one row of Table 1 under each choice of the protocol changed alone, and compares each with the row as it
 * is. Writes `multiverse.json`, `multiverse.md`, `multiverse.csv` and the figure, and keeps every cross-validation under
 * `multiverse/`: an interrupted run goes on where it stopped. One of other scans or patients is made again.
 *
 * @throws {InputError} If there is no such row or choice, or no patient can be used. At the end, if a row equals the
 *   headline to the last bit though nothing shows that it has to: then the choice does not reach the computation, and no
 *   result may claim it.
 */
export async function runMultiverse(
  study: Study,
  { model = "efficientnet_b0", changes, cohorts, onRow }: MultiverseOptions = {},
): Promise<Multiverse> {
  const row = findRow(model);
  if (row.backbone === undefined) throw new InputError(`${model} has no images, so that hardly any choice concerns it`);
  refuseFusion(row, "The multiverse");
  const asked = changes ? findChanges(changes, study.protocol) : multiverseChanges(study.protocol);
  const features = await study.features(row.backbone);
  const headline = await crossValidated(study, { row, slug: model, features });
  const rows: MultiverseRow[] = [];
  const missing: MissingRow[] = [];
  const silent: string[] = [];
  for (const change of asked) {
    const found = await changedRow(study, { row, features, headline, change, cohorts }).catch((error) => {
      if (!(error instanceof InputError) || error instanceof OutputError) throw error;
      if (error instanceof SilentChoice) silent.push(error.message);
      return { name: change.name, reason: error.message };
    });
    if ("reason" in found) missing.push(found);
    else rows.push(found);
    onRow?.(found);
  }
  const { profile, protocol } = study;
  const result: MultiverseResult = {
    kind: "multiverse",
    cohort: comparedCohort(study, features),
    profile: profile.name,
    model,
    headline: { protocol: protocol.name, ctd: ctdOf(headline, protocol.choices), mean: headline.mean },
    rows,
    missing,
    provenance: headline.provenance,
  };
  const path = join(study.folder, fileNameOf("multiverse", model));
  await writeMultiverse(`${path}.json`, result);
  const shown = multiverseTable(result);
  await writeTable(path, shown);
  const figure = await study.save(fileNameOf("multiverse", model), multiverseFigure(result));
  if (silent.length > 0) {
    throw new InputError(
      `${silent.join(".\n")}. No result with it can be trusted. All other rows are in ${path}.md`,
    );
  }
  return { result, figure, ...displayAs(shown) };
}

async function changedRow(
  study: Study,
  { row, features, headline, change, cohorts }: RowToChange & { readonly cohorts: string | undefined },
): Promise<MultiverseRow> {
  const { environment, protocol: { choices } } = study;
  const { backbone, weights } = features;
  const { aggregation } = row;
  const trained = weights.kind === "pretrained";
  const known = knownEffect(change, { ...backbone, trained, choices, ...aggregation && { aggregation } });
  const set = [...environment.set.filter((one) => one.split("=")[0]!.trim() !== change.choice), change.name];
  const changed = await openStudy({
    environment: { ...environment, set },
    beside: study,
    ...cohorts !== undefined && { cohorts },
  });
  try {
    return await compareWithHeadline(changed, { row, features, headline, change, known, choices });
  } finally {
    if (changed.segmenter !== study.segmenter) await changed.segmenter.dispose();
  }
}
