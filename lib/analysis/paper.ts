/** A number as the paper prints it. It was not computed here, and is never mixed with numbers that were. */
export interface Reported {
  readonly reported: true;
  readonly mean: number;
  /** Standard deviation over the ten folds; null where the paper gives none. */
  readonly std: number | null;
}

/** One row of the paper's Table 1: ten-fold cross-validation on LUNG1, time-dependent concordance. */
export interface PaperRow {
  readonly model: PaperModel;
  readonly name: string;
  readonly ctd: Reported;
}

/** A backbone by its name here, or an aggregation. */
export type PaperModel =
  | "r3d_18"
  | "average_pooling"
  | "self_attention"
  | "resnet50"
  | "vgg16"
  | "alexnet"
  | "vit_b_16"
  | "efficientnet_b0";

function row(model: PaperModel, name: string, mean: number, std: number): PaperRow {
  return { model, name, ctd: { reported: true, mean, std } };
}

/** What the paper reports, for setting beside what was computed. */
export const paper = {
  /** Table 1, in the paper's order. `average_pooling` and `self_attention` are aggregations of EfficientNet-B0. */
  table1: [
    row("r3d_18", "ResNet3D-18", 0.507, 0.074),
    row("average_pooling", "EfficientNetB0 + average pooling", 0.570, 0.033),
    row("self_attention", "EfficientNetB0 + self-attention", 0.579, 0.079),
    row("resnet50", "ResNet50 + soft attention", 0.564, 0.067),
    row("vgg16", "VGG16 + soft attention", 0.524, 0.063),
    row("alexnet", "AlexNet + soft attention", 0.550, 0.051),
    row("vit_b_16", "ViT + soft attention", 0.546, 0.043),
    row("efficientnet_b0", "EfficientNetB0 + soft attention", 0.584, 0.054),
  ],
  /** Table 2: CLARO, one concordance over the pooled out-of-fold predictions, by where the weights come from. */
  table2: {
    imagenet: { reported: true, mean: 0.503, std: null },
    lung1: { reported: true, mean: 0.579, std: null },
  },
  /** Cost of one patient in GFLOPs (10^9), as printed. */
  gflops: { efficientnet_b0: 54.3, r3d_18: 2924.6 },
} as const satisfies {
  readonly table1: readonly PaperRow[];
  readonly table2: Readonly<Record<"imagenet" | "lung1", Reported>>;
  readonly gflops: Readonly<Partial<Record<PaperModel, number>>>;
};

/** The paper's row for a model, or undefined where it has none. */
export function paperRow(model: string): PaperRow | undefined {
  return paper.table1.find((row) => row.model === model);
}
