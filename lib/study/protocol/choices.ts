import type { SurvivalLossName } from "@ctsurv/survival/mod.ts";

/**
 * The choices that the paper leaves open, or answers twice, by name. Every study makes all of them, and every result
 * says which. The first value of each is the one of the protocol `paper`.
 *
 * ASCENT is the public code of the authors' journal version, github.com/nico9902/ASCENT at commit 5510deb.
 */
export interface Choices {
  /**
   * How days become months: `30.4375` divides by 365.25 / 12; `authors` counts whole months of 30 days, as ASCENT does.
   * On LUNG1 that makes 251 deaths within 24 months of 247, and deals 306 of 415 patients to other folds. The paper is
   * silent.
   */
  readonly months: "30.4375" | "authors";
  /**
   * How months become DeepHit's bins, see `binLabel`: `interval` has the months (k, k + 1], as pycox; `lab` has
   * [k, k + 1), as the code of the authors' laboratory (OSTransformer). The paper is silent.
   */
  readonly labels: "interval" | "lab";
  /**
   * What finds the lungs. The paper says "U-Net": `unet` is the shipped one, trained on phantoms; `r231` is lungmask's,
   * which ASCENT uses; `threshold` is no network.
   */
  readonly lungs: "unet" | "r231" | "threshold";
  /** Resampling to 1 x 1 x 3 mm: cubic B-splines, as in ASCENT, or linear. The paper is silent. */
  readonly interpolation: "bspline" | "linear";
  /**
   * Slices with at most 2 % lung between two that have more: `keep`, as ASCENT does, or `drop`, the paper's words
   * "keeping slices where lung area > 2%" read strictly.
   */
  readonly interior: "keep" | "drop";
  /**
   * `window`: clipped to [-1000, 400] HU, three equal channels, ImageNet's mean and standard deviation, as ASCENT's
   * README says. `z-score`: not clipped, mean 0 and standard deviation 1 over the pixels of all patients (ASCENT's code
   * takes those of each fold's training patients), one channel into the sum of the first layer's RGB weights, as ASCENT's
   * code runs. The paper is silent.
   */
  readonly intensities: "window" | "z-score";
  /**
   * What a slice's features are: `pooled`, the mean of the last feature maps (ViT: the class token); `penultimate`, the
   * input of the classifier's last layer. They differ for VGG16 and AlexNet: 512 and 256 numbers, or 4096. The paper
   * says "the final layer"; ASCENT replaces the classifier's last layer.
   */
  readonly readout: "pooled" | "penultimate";
  /**
   * The frozen network while heads are trained: `evaluation` keeps its running statistics; `training` normalises by the
   * batch's, as PyTorch's `model.train()` does, which ASCENT calls. The paper is silent. `training` is not built: features
   * would change from step to step, so that none could be kept, and each of the ten folds would run the network over all
   * slices in each of the 100 epochs.
   */
  readonly trunkMode: "evaluation" | "training";
  /**
   * What is trained with the head: `final-layer`, only the new linear layer ("only the final layer is trained", Results),
   * or `final-block`, the network's last block too ("finetuning only the final block", Methods).
   */
  readonly tune: "final-layer" | "final-block";
  /**
   * Features brought to mean 0 and standard deviation 1 on the training patients: never (`none`, the paper has none);
   * those of seeded networks and of the one that was trained on phantoms (`untrained`); or `all`.
   */
  readonly scaleFeatures: "none" | "untrained" | "all";
  /**
   * The standard deviation that scaled features are brought to. A small one lets a head begin with nearly the same curve
   * for everybody, so that the first steps learn the curve of the cohort and not the noise of the features. The paper is
   * silent.
   */
  readonly featureScale: number;
  /**
   * New weights of a head: `pytorch`, the default of its linear layers ("Training is performed in PyTorch"):
   * uniform within 1 / sqrt(inputs), biases too; `looks-linear` (Balduzzi et al. 2017), with which ten layers begin to
   * learn within hundreds of steps; `xavier`, normal weights of DeepHit (Glorot & Bengio 2010) and PyTorch's default for
   * all the rest, as ASCENT.
   */
  readonly initialisation: "pytorch" | "looks-linear" | "xavier";
  /**
   * The paper's "soft (gated) attention": `gated` (Ilse et al. 2018, eq. 9). ASCENT's code has `linear`, one layer, and
   * `mlp`, two hidden layers.
   */
  readonly attention: "gated" | "linear" | "mlp";
  /** Width of the layers that score a slice. The paper is silent. */
  readonly attentionWidth: number;
  /**
   * The order in which a patient's slices are given to the head. It can matter only to an aggregation with positions,
   * or where sums are rounded. The paper is silent.
   */
  readonly sliceOrder: "feet-to-head" | "head-to-feet";
  /**
   * DeepHit's ten layers of 100: `plain`, one perceptron; `shared`, five shared ones and five cause-specific ones that
   * also see the input, as Lee et al. (2018) and ASCENT. The paper says "10 layers, 100 hidden neurons".
   */
  readonly deephit: "plain" | "shared";
  /** Probability of dropout before the new linear layer; torchvision's EfficientNet has 0.2 there. The paper is silent. */
  readonly embeddingDropout: number;
  /** Probability of dropout after each hidden layer of DeepHit: 0.2, the paper's. */
  readonly dropout: number;
  /**
   * The loss of the head: `deephit`, the paper's; or what others train in its place, as in pycox (Kvamme et al. 2019):
   * `cox`, the partial likelihood in the batch (DeepSurv); `logistic-hazard` (nnet-survival); `mtlr`; `pc-hazard`; and
   * `cross-entropy` of death within 24 months, without the patients who were lost before. `tail`, `ranking`, `ties` and
   * `sigma` are DeepHit's alone.
   */
  readonly loss: SurvivalLossName;
  /** A constant logit for survival beyond 24 months (Kvamme & Borgan 2021, eq. 9). The paper is silent. */
  readonly tail: "on" | "off";
  /**
   * L2 is the sum over pairs divided by the patients, as in DeepHit's own code, or by their square, as in pycox. The
   * paper is silent.
   */
  readonly ranking: "pairs/N" | "pairs/N^2";
  /**
   * Pairs that L2 counts: `strict`, deaths of an earlier bin; `censored`, also a death and a patient censored in the same
   * bin, as in pycox. The paper is silent.
   */
  readonly ties: "strict" | "censored";
  /** Scale of L2's exponential, 0.1 as in DeepHit's own code. The paper is silent. */
  readonly sigma: number;
  /** Patients in a batch: 4, the paper's. */
  readonly batchSize: number;
  /** The last, smaller batch of an epoch: `keep`, PyTorch's default; `drop`, as ASCENT. The paper is silent. */
  readonly lastBatch: "keep" | "drop";
  /** Learning rate of AdamW: 1e-4, the paper's. */
  readonly learningRate: number;
  /** Weight decay of AdamW: 0.01, PyTorch's default. The paper is silent. */
  readonly weightDecay: number;
  /** The largest norm of the gradient of all weights together; 0 does not clip. The paper is silent. */
  readonly gradientClipping: number;
  /**
   * The learning rate over time: `constant`; `cosine`, down to 0 over all steps; `warm-up-restarts`, five epochs of linear
   * warm-up and cosine annealing with warm restarts (T_0 = 10, T_mult = 2, down to 1e-6), as ASCENT. (Its warm-up of ten
   * counts training and validation of an epoch separately.) The paper is silent.
   */
  readonly schedule: "constant" | "cosine" | "warm-up-restarts";
  /**
   * Which epoch's weights are taken: the last one's ("without early stopping"), or those of the best Ctd on 10 % of the
   * training patients, as ASCENT.
   */
  readonly selection: "last" | "validation";
  /** Seed of new weights, of the order of patients and of dropout. The paper is silent. */
  readonly seed: number;
  /** scikit-learn's `random_state` of the folds: 42, ASCENT's. The paper is silent. */
  readonly foldSeed: number;
  /**
   * The Ctd of each fold, see `concordanceTable`. The paper cites Antolini et al. (2005). `authors` is ASCENT's: whole
   * months of 30 days, risk summed over the bins before the last, ties lose.
   */
  readonly ctd: "risk" | "antolini" | "adj_antolini" | "lab" | "authors";
  /**
   * Transfer to another cohort: from one head, trained on all patients of the source (`one-head`); or in fold k from the
   * head that the source's fold k left, as ASCENT (`fold-matched`). The paper is silent.
   */
  readonly transfer: "one-head" | "fold-matched";
}

/** The name of a choice. */
export type ChoiceName = keyof Choices;

/** A choice that is a number can be any from `least` to `most`. */
export interface NumberRange {
  /** The smallest that is allowed. */
  readonly least: number;
  /** The largest that is allowed. */
  readonly most: number;
  /** Whether it has to be a whole number. */
  readonly whole: boolean;
}

/** What every choice can be: one of some words, of which the first is that of the protocol `paper`, or a number. */
export type AllowedValues = {
  readonly [Name in ChoiceName]: Choices[Name] extends number ? NumberRange : readonly Choices[Name][];
};

/** What every choice can be. */
export const allowedValues: AllowedValues = {
  months: ["30.4375", "authors"],
  labels: ["interval", "lab"],
  lungs: ["unet", "r231", "threshold"],
  interpolation: ["bspline", "linear"],
  interior: ["keep", "drop"],
  intensities: ["window", "z-score"],
  readout: ["pooled", "penultimate"],
  trunkMode: ["evaluation", "training"],
  tune: ["final-layer", "final-block"],
  scaleFeatures: ["none", "untrained", "all"],
  featureScale: { least: 1e-3, most: 1e3, whole: false },
  initialisation: ["pytorch", "looks-linear", "xavier"],
  attention: ["gated", "linear", "mlp"],
  attentionWidth: { least: 1, most: 4096, whole: true },
  sliceOrder: ["feet-to-head", "head-to-feet"],
  deephit: ["plain", "shared"],
  embeddingDropout: { least: 0, most: 0.99, whole: false },
  dropout: { least: 0, most: 0.99, whole: false },
  loss: ["deephit", "cox", "logistic-hazard", "mtlr", "pc-hazard", "cross-entropy"],
  tail: ["on", "off"],
  ranking: ["pairs/N", "pairs/N^2"],
  ties: ["strict", "censored"],
  sigma: { least: 1e-3, most: 100, whole: false },
  batchSize: { least: 1, most: 1024, whole: true },
  lastBatch: ["keep", "drop"],
  learningRate: { least: 1e-9, most: 1, whole: false },
  weightDecay: { least: 0, most: 1, whole: false },
  gradientClipping: { least: 0, most: 1e6, whole: false },
  schedule: ["constant", "cosine", "warm-up-restarts"],
  selection: ["last", "validation"],
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
  foldSeed: { least: 0, most: 2 ** 32 - 1, whole: true },
  ctd: ["risk", "antolini", "adj_antolini", "lab", "authors"],
  transfer: ["one-head", "fold-matched"],
};
