import project from "../../../deno.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { exportOnnx, float32, roundToHalf, tf, toTensors, toUnitRange, type Tree } from "@ctsurv/engine/mod.ts";
import { defaultSettings } from "@ctsurv/imaging/mod.ts";
import { type Backbone, type SurvivalHead, survivalHead, toNetworkInput, type WeightsSource } from "@ctsurv/nn/mod.ts";
import { outputsToSurvival } from "@ctsurv/survival/losses/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { CATALOGUE } from "@ctsurv/weights/mod.ts";
import { trainedWeights } from "../losses/head_for_loss.ts";
import { finalBlockFunction } from "../fine_tuning/final_block_features.ts";
import { describeModel, type SurvivalModel } from "./survival_model.ts";

/**
 * A model as one ONNX file, for programs other than this one:
 *
 * - input `hu: float32[slices, 224, 224]`: the slices that the model's view shows, resampled, cropped to the lungs and
 *   resized, in HU, from feet to head; any number of them. {@linkcode sliceHu} gives them;
 * - outputs `survival: float32[25]`, S at months 0 to 24, and `attention: float32[slices]`, which sums to 1.
 *
 * The graph holds the window of HU, the rounding to float16 that slices went through in training, the normalisation in
 * three channels, the backbone and the head. It does not hold reading, resampling, lungs and crop. The metadata of the
 * file says so, and names the cohort, the weights and their licence, the protocol and the months.
 *
 * @throws {InputError} If the backbone takes volumes, or the head has positions: what such a model does with slices
 *   depends on their number in a way that a graph for any number does not hold. Or if the file would exceed 2 GB.
 */
export function exportModel(model: SurvivalModel): Uint8Array {
  const { backbone: { architecture }, view, shape: { aggregation } } = model;
  if (view.kind === "volume") {
    throw new InputError(
      `${architecture.title} takes a volume that is averaged from all slices of a patient, and a graph for any number ` +
        "of slices does not hold that average. Export a model of a network of slices, such as efficientnet_b0",
    );
  }
  if (aggregation?.kind === "self-attention" && (aggregation.positions ?? "none") !== "none") {
    throw new InputError("Self-attention with positions has a table for each number of slices. Export one without");
  }
  return exportOnnx(({ hu }) => run(model, hu), (slices: number) => ({ hu: float32(slices, view.size, view.size) }), {
    axis: "slices",
    metadata: metadataOf(model),
  });
}

/** [slices, rows, columns] in HU -> survival and attention. */
function run({ backbone, finalBlock, shape, tail, loss: kind = "deephit", head }: SurvivalModel, hu: tf.Tensor) {
  const [low, high] = defaultSettings.window;
  const slices = roundToHalf(toUnitRange(hu, { low, high }));
  const features = featuresOf(toNetworkInput(slices, backbone.architecture), backbone, finalBlock);
  const membership = tf.fill([1, hu.shape[0]!], 1);
  const parameters = toTensors<object>(trainedWeights(head)) as SurvivalHead<tf.Tensor>;
  const { logits, attention } = survivalHead(features, membership, parameters);
  const baseline = head.baseline && { baseline: head.baseline.data };
  const survival = outputsToSurvival(logits, { kind, bins: shape.bins ?? HORIZON_MONTHS, tail, ...baseline });
  return { survival: tf.reshape(survival, [-1]), attention: tf.reshape(attention, [-1]) };
}

/** The features of images, by the backbone's own final block or by the one that was trained with the head. */
function featuresOf(images: tf.Tensor, backbone: Backbone, finalBlock: SurvivalModel["finalBlock"]): tf.Tensor {
  const { architecture } = backbone;
  const parameters = toTensors<object>(backbone.parameters) as Tree<tf.Tensor>;
  if (!finalBlock) return architecture.forwardFeatures(images, parameters);
  const activations = roundToHalf(architecture.trunk(images, parameters));
  return finalBlockFunction(backbone)(activations, toTensors<object>(finalBlock) as Record<string, tf.Tensor>);
}

/** What a person or a program has to know before it feeds the file. */
function metadataOf(model: SurvivalModel): Record<string, string> {
  const { backbone: { architecture, source }, view, preprocessing, shape, finalBlock, trainedOn } = model;
  const { spacing: [between, row, column], window: [low, high], ...usual } = defaultSettings;
  const { interpolation = usual.interpolation, interior = usual.interior } = preprocessing ?? {};
  const bins = shape.bins ?? HORIZON_MONTHS;
  return {
    ctsurv_version: project.version,
    use: "For research only, not for decisions about patients.",
    input:
      `hu: float32[slices, ${view.size}, ${view.size}], HU without a window, rows from front to back, columns from ` +
      "the patient's right to left",
    input_spacing: `resampled to ${column} x ${row} x ${between} mm (${interpolation}) before crop and resizing`,
    input_crop: "one box for all slices, around the lungs of the kept slices, resized bilinearly without antialiasing",
    input_order: "from feet to head",
    input_slices: `${
      view.slices === "all" ? "all kept slices" : `${view.slices} of the kept slices, each the middle of an equal part`
    }; kept are those with more than ${100 * usual.threshold} % lung (interior: ${interior})`,
    input_lungs: trainedOn.segmenter,
    in_graph: `window of ${low} to ${high} HU to [0, 1], rounding to float16, normalisation in three equal channels, ` +
      `${architecture.title}${finalBlock ? " with a trained final block" : ""}, survival head`,
    not_in_graph: "reading, orientation, resampling, lungs, selection of slices, crop, resizing",
    output_survival: `float32[${bins + 1}]: probability of being alive at month 0 to ${bins}`,
    output_attention: "float32[slices]: sums to 1",
    months: Array.from({ length: bins + 1 }, (_, month) => month).join(" "),
    cohort: `${trainedOn.cohort}: ${trainedOn.patients} patients, ${trainedOn.events} deaths within ${bins} months`,
    profile: trainedOn.profile,
    protocol: trainedOn.protocol ?? "that of ctsurv 0.1",
    aggregation: shape.aggregation?.kind ?? "gated",
    loss: model.loss ?? "deephit",
    weights: source.kind === "seeded" ? `seeded ${source.seed}` : `${source.kind} ${source.file}`,
    weights_sha256: source.sha256,
    weights_licence: licenceOf(source),
    // As in the model's own file, for programs.
    ...describeModel(model),
  };
}

function licenceOf(source: WeightsSource): string {
  if (source.kind !== "pretrained") return project.license;
  const entry = CATALOGUE.find(({ file, sha256 }) => file === source.file || source.sha256 === sha256);
  return entry ? `${entry.licence} (${entry.url})` : "that of the user's own file";
}
