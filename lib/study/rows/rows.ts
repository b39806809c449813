import { paperRow } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { type AggregationChoice, backbones } from "@ctsurv/nn/mod.ts";

/** How CT and clinical data are taken together: the CT's risk in Cox regression, or both in one head. */
export type FusionKind = "late" | "joint";

/** A row of Table 1, or beside it: the clinical baseline, CT and clinical data together. */
export interface StudyRow {
  /** Short name, as in `paper.table1` where the paper has the model: `average_pooling`. */
  readonly model: string;
  /** Name for people: "EfficientNetB0 + average pooling". */
  readonly name: string;
  /** The frozen network; absent for the clinical baseline and for external features. */
  readonly backbone?: string;
  /** The folder of external features, see `externalRow`. */
  readonly external?: string;
  /** From slices to a patient; absent for the protocol's soft attention. */
  readonly aggregation?: AggregationChoice;
  /** How clinical data come in; absent for images alone. */
  readonly fusion?: FusionKind;
}

/** The rows that are not a backbone with soft attention. */
const others: Readonly<Record<string, Pick<StudyRow, "backbone" | "aggregation" | "fusion">>> = {
  average_pooling: { backbone: "efficientnet_b0", aggregation: { kind: "average" } },
  self_attention: { backbone: "efficientnet_b0", aggregation: { kind: "self-attention" } },
  clinical: {},
  late_fusion: { backbone: "efficientnet_b0", fusion: "late" },
  joint_fusion: { backbone: "efficientnet_b0", fusion: "joint" },
};

/** Names of the rows that the paper does not have. */
const names: Readonly<Record<string, string>> = {
  clinical: "Cox regression on clinical data",
  late_fusion: "EfficientNetB0 and clinical data, late fusion",
  joint_fusion: "EfficientNetB0 and clinical data, joint fusion",
};

/** Other names of rows. */
const aliases: Readonly<Record<string, string>> = { resnet3d_18: "r3d_18" };

/** Names of the rows that `ctsurv cross-validate` takes. */
export const rowNames: readonly string[] = [...Object.keys(backbones), ...Object.keys(others)];

/**
 * A row of Table 1 by its short name.
 *
 * @example
 * ```ts
 * import { findRow } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findRow("average_pooling"), {
 *   model: "average_pooling",
 *   name: "EfficientNetB0 + average pooling",
 *   backbone: "efficientnet_b0",
 *   aggregation: { kind: "average" },
 * });
 * ```
 *
 * @throws {InputError} If there is none.
 */
export function findRow(name: string): StudyRow {
  const model = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  if (!rowNames.includes(model)) {
    throw new InputError(`Unknown model "${name}": choose one of ${rowNames.join(", ")}`);
  }
  return { model, name: paperRow(model)?.name ?? names[model]!, ...others[model] ?? { backbone: model } };
}

/**
 * Refuses a row of CT and clinical data together, where only heads on images are trained.
 *
 * @param what What is of images alone: "The multiverse".
 * @throws {InputError} With the row to take in its place.
 */
export function refuseFusion({ model, fusion, backbone }: StudyRow, what: string): void {
  if (!fusion) return;
  throw new InputError(`${what} is of images alone: take ${backbone} in place of ${model}`);
}
