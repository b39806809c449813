import {
  explainSlices,
  headRisk,
  mapNetwork,
  mapSimilarity,
  pointingDifference,
  pointingGame,
  type PointingShare,
  pointingShare,
  type SaliencyMaps,
  type SliceExplanation,
  type SliceOrder,
  sliceOrder,
  sliceOrderTest,
} from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { createBackbone, followUp } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { type Displayable, type ExplanationResult, explanationTable, type SanityCheck } from "@ctsurv/report/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { permuteOutcomes } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs } from "../_facts.ts";
import { monthRule, readoutOf } from "../protocol/settings.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { shapeFor } from "../study_trainer.ts";
import { randomHeads } from "./_random_heads.ts";
import { type FoldHeads, foldHeads } from "./fold_heads.ts";

/** Options of {@linkcode explainStudy}. */
export interface ExplainStudyOptions {
  /**
   * The same scans with survival that depends on nothing in them: the study under the law `null`, as `otherLaws` opens it.
   * @default {no control}
   */
  readonly control?: Study | undefined;
  /** Pixels by which a map may miss the tumour, of 224. @default {15} */
  readonly tolerance?: number;
  /** Random orders that the order of attention is compared with. @default {10} */
  readonly orders?: number;
}

/** A patient's risk, explained by a head that did not see the patient. */
export interface ExplainedPatient extends SliceExplanation {
  /** PatientID. */
  readonly id: string;
}

/** Where a study's model looks within slices, and whether that says something about the model. */
export interface StudyExplanation extends Displayable {
  /** The numbers, for a file, a table and sentences. */
  readonly result: ExplanationResult;
  /** Every patient in the order of the features. */
  readonly patients: readonly ExplainedPatient[];
  /** The heads that explained them. */
  readonly heads: FoldHeads;
}

/** Heads that are drawn at random; patients take turns. */
const RANDOM_HEADS = 10;

/**
 * Explains every patient of a study by Grad-CAM, out of fold, and tests the maps: do they point at the tumour, more than those
 * of a control (`pointingGame`); do they change when the model does (`mapSimilarity`); does the risk rest on the slices that
 * attention weighs most (`sliceOrder`). Intervals are of a bootstrap of the patients, with 2000 samples.
 *
 * The sanity checks draw ten heads, of which patients take turns, and one other backbone, and shuffle the outcomes once. Backbones run
 * once for each slice; a training that is in the cache is read from there. The protocol's soft attention is explained.
 *
 * @throws {InputError} If the backbone has no maps of slices, or the protocol trains its final block or scales slices anew.
 */
export async function explainStudy(
  study: Study,
  features: StudyFeatures,
  { control, tolerance = 15, orders = 10 }: ExplainStudyOptions = {},
): Promise<StudyExplanation> {
  const { progress, protocol, profile } = study;
  const { choices } = protocol;
  if (choices.intensities === "z-score") {
    throw new InputError("Maps are not built together with intensities=z-score: choose intensities=window");
  }
  const tools = await openMaps(study, features);
  const explained: ExplainedPatient[] = [];
  const maps: Record<SanityCheck, Float32Array[]> = { seed: [], head: [], backbone: [], outcomes: [] };
  const pointed = { own: [] as (PointingShare | null)[], control: [] as (PointingShare | null)[] };
  const ordered: SliceOrder[] = [];
  try {
    const models = await trainHeads(study, features, control);
    const drawHead = randomHeads(study, features);
    progress.start("Explanations", features.patients.length);
    for (const [i, { id }] of features.patients.entries()) {
      const { stack, tumour } = await study.slicesOf(id, features.view);
      const seen = await tools.network.look(stack.data);
      const explain = (head: SurvivalHead<HostTensor>) => explainSlices(tools.network, tools.heads, head, seen);
      const head = models.own.headFor(id);
      const found = await explain(head);
      explained.push({ id, ...found });
      maps.seed.push((await explain(models.seed.headFor(id))).maps.data);
      maps.outcomes.push((await explain(models.outcomes.headFor(id))).maps.data);
      maps.head.push((await explain(drawHead(i % RANDOM_HEADS))).maps.data);
      const elsewhere = await tools.other.look(stack.data);
      maps.backbone.push((await explainSlices(tools.other, tools.heads, head, elsewhere)).maps.data);
      if (tumour) {
        const share = (maps: SaliencyMaps) =>
          pointingShare({ maps, tumour: tumour.mask, size: features.view.size }, { tolerance });
        pointed.own.push(share(found.maps));
        if (models.control) pointed.control.push(share((await explain(models.control.headFor(id))).maps));
      }
      const { attention } = found;
      const patient = { id, features: seen.features, slices: attention.length, attention };
      const order = await sliceOrder(tools.heads, head, patient, { orders, seed: choices.seed });
      if (order) ordered.push(order);
      progress.tick();
    }
    progress.done(`${explained.length} patients explained`);

    const draws = { replicates: 2000 };
    const result: ExplanationResult = {
      kind: "explanation",
      cohort: comparedCohort(study, features),
      profile: profile.name,
      protocol: protocol.name,
      model: features.backbone.architecture.name,
      months: choices.tail === "on" ? HORIZON_MONTHS : HORIZON_MONTHS - 1,
      tolerance,
      pointing: pointingGame(pointed.own, draws),
      ...control && {
        control: {
          cohort: control.cohort.name,
          pointing: pointingGame(pointed.control, draws),
          difference: pointingDifference(pointed.own, pointed.control, draws),
        },
      },
      sanity: CHECKS.map((check) => ({
        check,
        similarity: mapSimilarity(explained.map(({ maps }) => maps.data), maps[check], draws),
      })),
      order: sliceOrderTest(ordered, draws),
      provenance: await study.provenance(features.weights),
    };
    return { result, patients: explained, heads: models.own, ...displayAs(explanationTable(result)) };
  } finally {
    await tools.dispose();
  }
}

const CHECKS = ["seed", "head", "backbone", "outcomes"] as const;

/** The backbone and another one that show their maps, and what applies the heads. */
async function openMaps(study: Study, features: StudyFeatures) {
  const { engine, protocol } = study;
  const { choices } = protocol;
  const { backbone, view } = features;
  const { architecture } = backbone;
  const batch = view.slices === "all" ? 8 : Math.min(view.slices, 8);
  const options = { at: readoutOf(choices, architecture), batch } as const;
  const network = await mapNetwork(engine, backbone, options);
  const drawn = await createBackbone(architecture.name, engine, { weights: "seeded", seed: choices.seed + 1 });
  const other = await mapNetwork(engine, drawn, options);
  const heads = headRisk(engine, shapeFor({ protocol }, features, {}), {
    tail: choices.tail === "on",
    kind: choices.loss,
  });
  return {
    network,
    other,
    heads,
    async dispose() {
      for (const part of [network, other, heads]) await part.dispose();
    },
  };
}

/** The heads of the study, and those that they are compared with. */
async function trainHeads(study: Study, features: StudyFeatures, control: Study | undefined) {
  const { seed } = study.protocol.choices;
  const title = (what: string) => ({ title: `${features.backbone.architecture.title}, ${what}` });
  const shuffled = { ...features, patients: permuteOutcomes(features.patients, seed) };
  return {
    own: await foldHeads(study, features),
    seed: await foldHeads(study, features, { seed: seed + 1, ...title("another seed") }),
    outcomes: await foldHeads(study, shuffled, title("shuffled outcomes")),
    ...control && { control: await foldHeads(control, underControl(features, control), title("control")) },
  };
}

/** The same scans with the outcomes of another study of them. */
function underControl(features: StudyFeatures, { cohort, protocol: { choices } }: Study): StudyFeatures {
  const records = new Map(cohort.patients.map(({ id, record }) => [id, record]));
  const patients = features.patients.map((patient) => {
    const record = records.get(patient.id);
    if (!record) throw new InputError(`The control ${cohort.name} has no patient ${patient.id}`);
    return { ...patient, followUp: followUp(record, { months: monthRule(choices) }) };
  });
  return { ...features, patients };
}
