import { serveOrders } from "@ctsurv/base/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { type LungSegmenter, preprocessCached, type PreprocessSettings } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";

/** A message of `sliceQueue`: one scan whose slices are to be put in the cache. */
export interface SlicesOrder {
  readonly image: string;
  readonly series?: string;
  /** The patient, for messages. */
  readonly where: string;
  /** The folder of slices. */
  readonly folder: string;
  /** How lungs are found; the same in every message. */
  readonly recipe: NonNullable<LungSegmenter["recipe"]>;
  readonly settings?: PreprocessSettings;
}

let segmenter: LungSegmenter | undefined;

serveOrders(async ({ image, folder, recipe, settings, ...reading }: SlicesOrder): Promise<void> => {
  segmenter ??= await createLungSegmenter(onnxEngine({ threads: 1 }), recipe);
  await preprocessCached(image, folder, { ...settings, segmenter, ...reading });
});
