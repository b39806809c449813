import { compile, type Compiled, type Engine, float32, type TensorSpec, tf, toTensors } from "@ctsurv/engine/mod.ts";
import { fillEnclosed, keepLungs, type Volume } from "@ctsurv/imaging/mod.ts";
import { uNet } from "@ctsurv/nn/mod.ts";
import type { NetworkLungs } from "../lung_segmenters.ts";
import { findGridCentre, GRID_SIZE, gridPainter, gridSampler } from "./_unet_grid.ts";
import { readUNet, type UNetWeights } from "./unet_weights.ts";

/** Options of {@linkcode unetLungs}. */
export interface UNetLungsOptions {
  /** Default: the shipped ones, data/lungs. */
  readonly weights?: UNetWeights;
  /** Slices that go through the network at a time. Default 16. */
  readonly batch?: number;
}

/** mm2. A larger hole is not a vessel or nodule that was missed, but for example the dome of the diaphragm. */
const LARGEST_HOLE = 1000;

/**
 * The network finds little that is not lung, and a tumour or collapse may cut off a lung's apex: more than two pieces.
 */
const pieces = { atMost: 6, leastShare: 0.004 };

/** Raised whenever the same weights no longer give the same masks. */
const VERSION = 1;

/**
 * Makes a segmenter of a small 2D U-Net that was trained on phantoms alone. It works slice by slice, on a grid of 3 mm
 * centred on the body. Its probabilities are interpolated to the volume's own grid and cut at one half, so that borders
 * are finer than 3 mm. Then the largest regions that are not gas are kept, and holes of less than 10 cm2 are filled.
 *
 * The lungs include vessels, tumours and consolidation, also at the chest wall. They leave out trachea, main bronchi
 * and large effusions. data/lungs says how well this works.
 *
 * @throws {InputError} If there are no weights.
 */
export async function unetLungs(engine: Engine, options: UNetLungsOptions = {}): Promise<NetworkLungs> {
  const { batch = 16 } = options;
  const weights = options.weights ?? await readUNet();
  let network: ReturnType<typeof compileNetwork> | undefined;
  return {
    name: `U-Net ${weights.sha256.slice(0, 8)}, version ${VERSION}`,
    async segment(volume) {
      network ??= compileNetwork(engine, weights, batch);
      const mask = await segmentSlices(await network, volume, batch);
      keepLungs(mask, volume, pieces);
      fillSmallHoles(mask, volume);
      return mask;
    },
    async dispose() {
      await (await network)?.dispose();
      network = undefined;
    },
  };
}

type Network = Compiled<{ readonly slices: TensorSpec }, { readonly lung: tf.Tensor }>;

async function compileNetwork(engine: Engine, { parameters }: UNetWeights, batch: number): Promise<Network> {
  return await compile(engine, ({ slices }) => {
    const [background, lung] = tf.unstack(uNet(slices, toTensors(parameters)), 3) as [tf.Tensor, tf.Tensor];
    return { lung: tf.sigmoid(tf.sub(lung, background)) };
  }, { slices: float32(batch, GRID_SIZE, GRID_SIZE, 1) });
}

async function segmentSlices(network: Network, volume: Volume, batch: number): Promise<Uint8Array> {
  const mask = new Uint8Array(volume.hu.length);
  const centre = findGridCentre(volume);
  const sample = gridSampler(volume, centre);
  const paint = gridPainter(mask, volume, centre);
  const pixels = GRID_SIZE * GRID_SIZE;
  const [slices] = volume.shape;
  for (let first = 0; first < slices; first += batch) {
    const count = Math.min(batch, slices - first);
    const data = new Float32Array(batch * pixels);
    for (let k = 0; k < count; k++) sample(first + k, data.subarray(k * pixels, (k + 1) * pixels));
    const { lung } = await network.run({
      slices: { data, shape: [batch, GRID_SIZE, GRID_SIZE, 1], dtype: "float32" },
    });
    const probabilities = await lung.read() as Float32Array;
    lung.dispose();
    for (let k = 0; k < count; k++) paint(first + k, probabilities.subarray(k * pixels, (k + 1) * pixels));
  }
  return mask;
}

function fillSmallHoles(mask: Uint8Array, { shape: [slices, rows, columns], spacing }: Volume): void {
  const below = LARGEST_HOLE / (spacing[1] * spacing[2]);
  for (let slice = 0; slice < slices; slice++) {
    const plane = mask.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    if (plane.includes(1)) fillEnclosed(plane, [1, rows, columns], { below });
  }
}
