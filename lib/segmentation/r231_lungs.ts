import type { Engine } from "@ctsurv/engine/mod.ts";
import type { NetworkLungs } from "./network_lungs.ts";
import { R231_SIZE } from "./r231_input.ts";
import { r231Inputs } from "./r231_inputs.ts";
import { type R231Network, r231Network } from "./r231_network.ts";
import { r231Paint } from "./r231_paint.ts";
import { r231Postprocess } from "./r231_postprocess.ts";
import type { R231Weights } from "./read_r231.ts";

/** Options of {@linkcode r231Lungs}. */
export interface R231LungsOptions {
  /** Slices that go through the network at a time: each takes some 170 MB more, and on a CPU as long. @default {1} */
  readonly batch?: number;
}

/** Raised whenever the same weights no longer give the same masks. */
const VERSION = 1;

/**
 * Lungs by lungmask's R231 (Hofmanninger 2020, doi 10.1186/s41747-020-00173-2), from the body's box to the cleaned-up
 * mask as lungmask 0.2.22 goes about it; right and left lung are one. Includes tumours and effusions, leaves out the
 * trachea.
 *
 * The network is compiled when the first volume comes, and kept.
 */
export function r231Lungs(
  engine: Engine,
  { parameters, sha256 }: R231Weights,
  { batch = 1 }: R231LungsOptions = {},
): NetworkLungs {
  let network: Promise<R231Network> | undefined;
  return {
    name: `lungmask R231 ${sha256.slice(0, 8)}, version ${VERSION}`,
    async segment(volume) {
      network ??= r231Network(engine, parameters, batch);
      const { images, boxes } = r231Inputs(volume);
      const classes = await (await network).classify(images);
      return r231Paint(r231Postprocess(classes, [boxes.length, R231_SIZE, R231_SIZE]), boxes, volume.shape);
    },
    async dispose() {
      await (await network)?.dispose();
      network = undefined;
    },
  };
}
