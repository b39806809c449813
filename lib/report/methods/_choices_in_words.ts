type Value = string | number;

/** The sentences of a paragraph on methods into which the choices of a protocol fall, in order; "" needs no words. */
const sentences:
  readonly (readonly [opening: string, choices: Readonly<Record<string, (value: Value) => string | undefined>>])[] = [
    ["Preprocessing", {
      interpolation: words({
        bspline: "resampled to 1 × 1 × 3 mm by cubic B-splines",
        linear: "resampled to 1 × 1 × 3 mm linearly",
      }),
      interior: words({
        keep: "all slices between the first and the last with more than 2 % lung",
        drop: "only slices with more than 2 % lung",
      }),
      intensities: words({
        window:
          "intensities clipped to [-1000, 400] HU in three equal channels with ImageNet's mean and standard deviation",
        "z-score": "intensities not clipped, standardised over the pixels of all patients, in one channel",
      }),
      sliceOrder: words({
        "feet-to-head": "slices from the feet to the head",
        "head-to-feet": "slices from the head to the feet",
      }),
    }],
    ["Features", {
      readout: words({
        pooled: "the mean of the last feature maps (of ViT, the class token)",
        penultimate: "the input of the network's last layer",
      }),
      trunkMode: words({
        evaluation: "frozen layers in evaluation mode",
        training: "frozen layers in training mode, with the statistics of each batch",
      }),
      tune: words({
        "final-layer": "a new linear layer to 256 trained on frozen features",
        "final-block": "the network's last block trained together with a new linear layer to 256",
      }),
      embeddingDropout: (value) => value === 0 ? "no dropout before that layer" : `dropout ${value} before that layer`,
      scaleFeatures: words({
        none: "features not scaled",
        untrained: "features of networks that were never trained scaled to mean 0 and standard deviation 1",
        all: "features scaled to mean 0 and standard deviation 1 on the training patients",
      }),
      featureScale: (value) => value === 1 ? "" : `scaled features multiplied by ${value}`,
    }],
    ["Survival head", {
      attention: words({
        gated: "gated attention (Ilse et al. 2018)",
        linear: "attention by one linear layer",
        mlp: "attention by a perceptron of two hidden layers",
      }),
      attentionWidth: (value) => `attention of hidden size ${value}`,
      deephit: words({
        plain: "DeepHit as one perceptron of ten layers of 100",
        shared: "DeepHit with five shared and five cause-specific layers of 100 (Lee et al. 2018)",
      }),
      dropout: (value) => `dropout ${value} after its hidden layers`,
      tail: words({
        on: "a constant logit for survival beyond 24 months",
        off: "no logit for survival beyond 24 months",
      }),
      initialisation: words({
        pytorch: "new weights drawn as by PyTorch's linear layers",
        "looks-linear": "new weights looks-linear (Balduzzi et al. 2017)",
        xavier: "new weights drawn after Glorot & Bengio (2010), normal",
      }),
    }],
    ["Loss", {
      loss: words({
        deephit: "half of DeepHit's likelihood and half of its ranking term",
        cox:
          "Cox's partial likelihood within the batch (Katzman et al. 2018), curves by Breslow's baseline hazard of the " +
          "training patients",
        "logistic-hazard": "the negative log-likelihood of discrete hazards (Gensheimer & Narasimhan 2019)",
        mtlr: "multi-task logistic regression (Yu et al. 2011)",
        "pc-hazard":
          "the negative log-likelihood of a hazard that is constant within each month (Kvamme & Borgan 2021)",
        "cross-entropy":
          "the cross-entropy of death within 24 months without the patients censored before, curves of the " +
          "shape of the training patients' cumulative hazard",
      }),
      months: words({ "30.4375": "months of 30.4375 days", authors: "whole months of 30 days" }),
      labels: words({ interval: "the bins (k, k + 1] months", lab: "the bins [k, k + 1) months" }),
      ranking: words({
        "pairs/N": "the sum over pairs divided by the patients",
        "pairs/N^2": "the sum over pairs divided by the squared number of patients",
      }),
      ties: words({
        strict: "pairs with a death in an earlier bin",
        censored: "pairs with a death in an earlier bin, or in that of a censored patient",
      }),
      sigma: (value) => `ranking scale ${value}`,
    }],
    ["Training", {
      learningRate: (value) => `AdamW with learning rate ${value}`,
      weightDecay: (value) => `weight decay ${value}`,
      batchSize: (value) => `batches of ${value} patients`,
      lastBatch: words({ keep: "a smaller last batch kept", drop: "a smaller last batch dropped" }),
      gradientClipping: (value) => value === 0 ? "gradients not clipped" : `the gradient clipped to norm ${value}`,
      schedule: words({
        constant: "a constant learning rate",
        cosine: "a learning rate that falls to 0 along half a cosine",
        "warm-up-restarts": "five epochs of warm-up, then cosine annealing with warm restarts",
      }),
      selection: words({
        last: "the weights of the last epoch",
        validation: "the weights of the epoch with the best Ctd on 10 % of the training patients",
      }),
    }],
  ];

/** Choices that other sentences of the paragraph have already. */
const ELSEWHERE = ["lungs", "seed", "foldSeed", "ctd", "transfer"];

/** Choices that only DeepHit's loss knows. */
const OF_DEEPHIT = ["tail", "ranking", "ties", "sigma"];

/**
 * The choices of a protocol as sentences for a paper. A choice that has no words here, such as one of a later version,
 * is named with its value.
 */
export function choicesInWords(given: Readonly<Record<string, Value>>): string[] {
  const choices = withLoss(given);
  const said = new Set([...ELSEWHERE, ...(choices.loss ?? "deephit") === "deephit" ? [] : OF_DEEPHIT]);
  const lines = sentences.flatMap(([opening, phrases]) => {
    const known = Object.entries(phrases).flatMap(([name, phrase]) => {
      const text = name in choices && !said.has(name) ? phrase(choices[name]!) : undefined;
      if (text === undefined) return [];
      said.add(name);
      return text === "" ? [] : [text];
    });
    return known.length === 0 ? [] : [`${opening}: ${known.join("; ")}.`];
  });
  const rest = Object.entries(choices).filter(([name]) => !said.has(name)).map(([name, value]) => `${name} ${value}`);
  return [...lines, ...rest.length > 0 ? [`Further choices: ${rest.join("; ")}.`] : []];
}

/** Choices of a version that had one loss do not name it. */
function withLoss(choices: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const isOfDeepHit = !("loss" in choices) && "ranking" in choices;
  return isOfDeepHit ? { loss: "deephit", ...choices } : choices;
}

function words(of: Readonly<Record<string, string>>): (value: Value) => string | undefined {
  return (value) => Object.hasOwn(of, value) ? of[value] : undefined;
}
