import { headRisk, type OcclusionMaps, occlusionMaps, type SaliencyMaps } from "@ctsurv/analysis/mod.ts";
import { featureExtractor } from "@ctsurv/features/mod.ts";
import { defaultSettings } from "@ctsurv/imaging/mod.ts";
import {
  type Displayable,
  formatNumber,
  jupyterDisplay,
  type Picture,
  sliceMontage,
  type SliceViewer,
  sliceViewer,
} from "@ctsurv/report/mod.ts";
import { readoutOf } from "../protocol/settings.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { shapeFor } from "../study_trainer.ts";
import type { ExplainedPatient, StudyExplanation } from "./explain_study.ts";

/** Slices in a picture. */
const MOST = 6;

/** A patient's slices with a map in colour and the outline of the tumour where it is known. A notebook shows the picture. */
export interface ShownExplanation extends Displayable {
  /** The slices of most attention. */
  readonly picture: Picture;
  /** All slices, to leaf through. */
  readonly viewer: SliceViewer;
}

/** Options of {@linkcode showExplained}. */
export interface ShowExplainedOptions {
  /** Other maps of the same slices, such as of occlusion. @default {Grad-CAM without its ReLU} */
  readonly maps?: SaliencyMaps;
  /** What they are. @default {"Grad-CAM without ReLU"} */
  readonly name?: string;
  /** The ground of the picture. @default {"light"} */
  readonly appearance?: "light" | "dark";
}

/**
 * Shows where a model looks in one patient of a study, on the slices as the network sees them.
 *
 * @param explained One of the patients of {@linkcode StudyExplanation}.
 * @throws {InputError} If the scan cannot be read, or the maps are of other slices.
 */
export async function showExplained(
  study: Study,
  { view }: Pick<StudyFeatures, "view">,
  { id, attention, bySlice, maps: own }: ExplainedPatient,
  { maps = own, name = "Grad-CAM without ReLU", appearance = "light" }: ShowExplainedOptions = {},
): Promise<ShownExplanation> {
  const { stack, kept, tumour } = await study.slicesOf(id, view);
  const heat = { ...maps, label: `log odds of death: orange raises them, blue lowers them (${name})` };
  const drawn = { heat, ...tumour && { mask: tumour.mask } };
  const said = (i: number) => `attention ${formatNumber(attention[i], 3)}, adds ${formatNumber(bySlice[i], 2)}`;
  const slices = [...attention.keys()].sort((a, b) => attention[b]! - attention[a]!).slice(0, MOST);
  const caption = (i: number) => `slice ${i}: ${said(i)}`;
  const picture = sliceMontage(stack, { ...drawn, slices, columns: 3, caption, appearance });
  const viewer = sliceViewer(stack, {
    ...drawn,
    label: `${id}, ${name}${tumour ? ", tumour outlined" : ""}`,
    spacing: defaultSettings.spacing[0] * kept / stack.shape[0],
    caption: said,
  });
  return { picture, viewer, [jupyterDisplay]: () => picture[jupyterDisplay]() };
}

/** Options of {@linkcode occludePatient}. */
export interface OccludePatientOptions {
  /** Rows and columns of a patch in pixels. @default {32} */
  readonly patch?: number;
  /** Pixels from one patch to the next. @default {the patch} */
  readonly stride?: number;
}

/**
 * Occlusion of all slices that the model sees of one patient, by the head that did not see the patient; see `occlusionMaps` for
 * what it costs.
 *
 * @throws {InputError} If the patch is no multiple of the stride, or the model sees volumes.
 */
export async function occludePatient(
  study: Study,
  features: StudyFeatures,
  { heads: { headFor } }: Pick<StudyExplanation, "heads">,
  id: string,
  options: OccludePatientOptions = {},
): Promise<OcclusionMaps> {
  const { engine, protocol } = study;
  const { backbone, view } = features;
  const { stack } = await study.slicesOf(id, view);
  const at = readoutOf(protocol.choices, backbone.architecture);
  const extractor = await featureExtractor(engine, backbone, view, { at });
  const heads = headRisk(engine, shapeFor({ protocol }, features, {}), {
    tail: protocol.choices.tail === "on",
    kind: protocol.choices.loss,
  });
  try {
    return await occlusionMaps(stack.data, { ...options, extractor, heads, head: headFor(id), size: view.size });
  } finally {
    for (const part of [extractor, heads]) await part.dispose();
  }
}
