import type { Engine } from "@ctsurv/engine/mod.ts";
import type { Table } from "@ctsurv/report/mod.ts";
import { factsTable } from "./_facts.ts";
import type { Study } from "./study.ts";

/** What a notebook shows of a study: the cohort, the profile and the choices that it stands for. */
export function studyTable(
  { profile, protocol, cohort, engine }: Pick<Study, "profile" | "protocol" | "cohort" | "engine">,
): Table {
  const { name, patients, excluded, manifest } = cohort;
  return factsTable("Study", [
    ["Cohort", name],
    ["Patients", patients.length],
    ["Excluded", excluded.length],
    ["Source", manifest.source],
    ["Profile", profile.name],
    ["Protocol", protocol.name],
    ["Slices of a patient", profile.slices],
    ["Folds", profile.folds],
    ["Epochs", profile.epochs],
    ["Patients in a batch", profile.batchSize],
    ["Learning rate", profile.learningRate],
    ["Weight decay", profile.weightDecay],
    ["Dropout", profile.dropout],
    ["Seeds (training, folds)", `${profile.seed}, ${profile.foldSeed}`],
    ["Choices of the protocol", Object.entries(protocol.choices).map(([name, value]) => `${name}=${value}`).join(", ")],
    ["Weights that the profile asks for", profile.weights],
    ["Engine", `${engine.name}, ${engine.description}${unusual(engine)}`],
  ]);
}

/** Why `auto` chose an engine, where it is not what everybody gets. */
function unusual({ chosen }: Engine): string {
  return chosen === undefined || chosen.isUsual ? "" : `; ${chosen.why}`;
}
