/** A number as the paper prints it. It was not computed here, and is never mixed with computed numbers. */
export interface Reported {
  /** Marks the number as reported. */
  readonly reported: true;
  /** Mean over the ten folds, or the one number that is given. */
  readonly mean: number;
  /** Standard deviation over the ten folds; null where the paper gives none. */
  readonly std: number | null;
}

/** One row of the paper's Table 1: ten-fold cross-validation on LUNG1, time-dependent concordance. */
export interface PaperRow {
  /** Backbone or aggregation, by its name here. */
  readonly model: PaperModel;
  /** Name in the paper's table. */
  readonly name: string;
  /** What the row is compared in: it differs from the proposal in this. */
  readonly group: PaperGroup;
  /** Time-dependent concordance. */
  readonly ctd: Reported;
}

/** The parts of the paper's table: a 3D network, other aggregations, other backbones, and the proposal. */
export type PaperGroup = "3D network" | "aggregation" | "backbone" | "proposal";

/** A backbone by its name here, or an aggregation of EfficientNet-B0. */
export type PaperModel =
  | "r3d_18"
  | "average_pooling"
  | "self_attention"
  | "resnet50"
  | "vgg16"
  | "alexnet"
  | "vit_b_16"
  | "efficientnet_b0";

function row(model: PaperModel, group: PaperGroup, name: string, mean: number, std: number): PaperRow {
  return { model, name, group, ctd: { reported: true, mean, std } };
}

/** The results that the paper reports, for comparison with computed ones. */
export interface Paper {
  /** Table 1, in the paper's order. `average_pooling` and `self_attention` are aggregations of EfficientNet-B0. */
  readonly table1: readonly PaperRow[];
  /** Table 2: CLARO, one concordance over the pooled out-of-fold predictions, by where the weights come from. */
  readonly table2: Readonly<Record<"imagenet" | "lung1", Reported>>;
  /** Cost of one patient in GFLOPs (10^9), as printed. */
  readonly gflops: Readonly<Record<"efficientnet_b0" | "r3d_18", number>>;
}

/** The results that the paper reports. */
export const paper: Paper = {
  table1: [
    row("r3d_18", "3D network", "ResNet3D-18", 0.507, 0.074),
    row("average_pooling", "aggregation", "EfficientNetB0 + average pooling", 0.570, 0.033),
    row("self_attention", "aggregation", "EfficientNetB0 + self-attention", 0.579, 0.079),
    row("resnet50", "backbone", "ResNet50 + soft attention", 0.564, 0.067),
    row("vgg16", "backbone", "VGG16 + soft attention", 0.524, 0.063),
    row("alexnet", "backbone", "AlexNet + soft attention", 0.550, 0.051),
    row("vit_b_16", "backbone", "ViT + soft attention", 0.546, 0.043),
    row("efficientnet_b0", "proposal", "EfficientNetB0 + soft attention", 0.584, 0.054),
  ],
  table2: {
    imagenet: { reported: true, mean: 0.503, std: null },
    lung1: { reported: true, mean: 0.579, std: null },
  },
  gflops: { efficientnet_b0: 54.3, r3d_18: 2924.6 },
};

/**
 * The paper's row of Table 1 for a model, or undefined where it has none.
 *
 * @example
 * ```ts
 * import { paperRow } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(paperRow("efficientnet_b0")?.ctd, { reported: true, mean: .584, std: .054 });
 * assertEquals(paperRow("densenet121"), undefined);
 * ```
 */
export function paperRow(model: string): PaperRow | undefined {
  return paper.table1.find((row) => row.model === model);
}
