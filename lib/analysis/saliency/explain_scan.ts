import type { Engine } from "@ctsurv/engine/mod.ts";
import { mapsOnScan } from "@ctsurv/imaging/mod.ts";
import type { SurvivalModel, ViewedScan } from "@ctsurv/training/mod.ts";
import { explainSlices, type SliceExplanation } from "./explain_slices.ts";
import type { SaliencyMaps } from "./grad_cam.ts";
import { headRisk } from "./head_risk.ts";
import { mapNetwork } from "./map_network.ts";
import { type OcclusionMaps, occlusionMaps } from "./occlusion.ts";
import type { RiskOptions } from "./risk.ts";

/** Options of {@linkcode explainScan}. */
export interface ExplainScanOptions extends Pick<RiskOptions, "months"> {
  /** Runs the networks. */
  readonly engine: Engine;
  /** Slices of most attention that are occluded, 49 passes of the backbone each. @default {0} */
  readonly occluded?: number;
}

/** Why a model gives a scan this risk. */
export interface ScanExplanation extends SliceExplanation {
  /** The slices that the model saw, by their number in the scan resampled to 3 mm, from the feet up. */
  readonly seen: readonly number[];
  /** Among those, counted from 0, by attention: the highest first. */
  readonly byAttention: readonly number[];
  /** Of the slices that were occluded; absent if none were. */
  readonly occlusion?: OcclusionMaps & {
    /** Which of the seen slices, counted from 0. */
    readonly slices: readonly number[];
  };
  /**
   * Maps on the scan's own grid, [slices, rows, columns], see `mapsOnScan`: 0 beyond the crop and on slices that the model did
   * not see.
   *
   * @param slices Which of the seen slices the maps are of. @default {all}
   */
  onScan(maps: SaliencyMaps, slices?: readonly number[]): Float32Array;
  /** The attention on each slice, over the crop box, on the scan's own grid. */
  attentionOnScan(): Float32Array;
}

/**
 * Explains the risk that a model gives a scan, by Grad-CAM and, where asked for, occlusion.
 *
 * A model whose final block was trained is explained through that block. Its training, and `predictScan`, take the activations
 * before the block in float16; here they stay in float32, so that the risk differs in the fourth digit.
 *
 * @param scan What `viewScan` made of it.
 * @throws {InputError} If the model sees volumes or was trained with another loss than DeepHit, or there is no such month.
 */
export async function explainScan(
  { reading, prepared, viewed }: ViewedScan,
  { backbone, finalBlock, shape, tail, loss: kind = "deephit", head }: SurvivalModel,
  { engine, months, occluded = 0 }: ExplainScanOptions,
): Promise<ScanExplanation> {
  const network = await mapNetwork(engine, backbone, finalBlock ? { finalBlock } : {});
  const heads = headRisk(engine, { ...shape, backboneFeatures: backbone.architecture.features }, {
    tail,
    kind,
    ...months !== undefined && { months },
  });
  try {
    const explained = await explainSlices(network, heads, head, await network.look(viewed.slices));
    const { attention } = explained;
    const byAttention = [...attention.keys()].sort((a, b) => attention[b]! - attention[a]!);
    const slices = byAttention.slice(0, occluded);
    const extractor = { extract: async (images: Float32Array) => (await network.look(images)).features };
    const maps = slices.length > 0
      ? await occlusionMaps(viewed.slices, { extractor, heads, head, size: prepared.size, slices })
      : undefined;
    const seen = viewed.seen.map((i) => prepared.kept[i]!);
    const { box, resampled: { spacing } } = prepared;
    const onScan = ({ data, shape }: SaliencyMaps, slices: readonly number[] = [...seen.keys()]) =>
      mapsOnScan({ data, shape, slices: slices.map((i) => seen[i]!), box, spacing }, reading.volume);
    return {
      ...explained,
      seen,
      byAttention,
      ...maps && { occlusion: { ...maps, slices } },
      onScan,
      attentionOnScan: () => onScan({ data: attention, shape: [seen.length, 1, 1] }),
    };
  } finally {
    for (const part of [network, heads]) await part.dispose();
  }
}
