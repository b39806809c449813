import { InputError } from "@ctsurv/base/mod.ts";
import { type Engine, type HostTensor, isSpec, mapTree, tf, toTensors, type Tree } from "@ctsurv/engine/mod.ts";
import type { Readout } from "@ctsurv/features/mod.ts";
import { type Backbone, type BackboneArchitecture, toNetworkInput } from "@ctsurv/nn/mod.ts";
import type { FinalBlock } from "@ctsurv/training/mod.ts";
import { batchProgram } from "./_batch_program.ts";
import { checkExplainable } from "./explainable.ts";
import type { FeatureMaps } from "./grad_cam.ts";

/** What a backbone makes of some slices. */
export interface MappedSlices {
  /** The maps that Grad-CAM weighs. */
  readonly maps: FeatureMaps;
  /** [slices, features], as the survival head takes them. */
  readonly features: Float32Array;
  /** What goes into the features beside the maps, [slices, ...]: the class token of ViT. */
  readonly beside?: Float32Array;
}

/** A backbone that shows its last feature maps beside its features. */
export interface MapNetwork {
  /**
   * Runs slices through the backbone.
   *
   * @param slices [count, size, size] in [0, 1].
   */
  look(slices: Float32Array): Promise<MappedSlices>;
  /**
   * The weights of Grad-CAM, [slices, channels]: the derivative of the risk by the maps, averaged over their places.
   *
   * @param gradients The derivative of the risk by the features, [slices, features].
   */
  weights(slices: MappedSlices, gradients: Float32Array): Promise<Float32Array>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

/** Options of {@linkcode mapNetwork}. */
export interface MapNetworkOptions {
  /** Means and standard deviations of the channels of its input. @default {those that the network expects} */
  readonly scaling?: Pick<BackboneArchitecture, "mean" | "std">;
  /** What a slice's features are. @default {"features"} */
  readonly at?: Readout;
  /** Slices that go through the network together. @default {8} */
  readonly batch?: number;
  /** A final block that was trained with the head, in place of the backbone's own. @default {its own} */
  readonly finalBlock?: FinalBlock<HostTensor>;
}

/**
 * Makes a backbone show its maps. Those of EfficientNet-B0 are the output of `features.8`, of ResNet-50 of `layer4`, of VGG16
 * and AlexNet of the last pooling: 7 x 7, or 6 x 6, whose global means are the features. So their weights follow from the
 * gradient of the head alone, see `gradCam`.
 *
 * ViT's features are the class token, on which the other tokens of the last layer have no influence any more. Its maps are
 * the 14 x 14 tokens of the patches before the last encoder layer, and the gradient goes through that layer.
 *
 * A network of volumes is refused: one row of features stands for all slices, so there is no attention among them. So are
 * features that are the input of a classifier's last layer, which are no means of maps.
 *
 * @throws {InputError} If there are no such maps, with what to choose.
 */
export async function mapNetwork(
  engine: Engine,
  backbone: Backbone,
  { scaling = backbone.architecture, at = "features", batch = 8, finalBlock }: MapNetworkOptions = {},
): Promise<MapNetwork> {
  const { architecture } = backbone;
  refuseWithoutMaps(architecture, at);
  const parameters = mapTree(backbone.parameters, isHost, (value, path) => finalBlock?.[path] ?? value);
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const size = [architecture.size, architecture.size];
  const prepare = (images: tf.Tensor) => toNetworkInput(images, scaling);
  return architecture.averagesMaps
    ? await averagedMaps(engine, architecture, tensors, { size, prepare, batch })
    : await tokenMaps(engine, architecture, tensors, { size, prepare, batch });
}

const isHost = isSpec as (node: unknown) => node is HostTensor;

function refuseWithoutMaps(architecture: BackboneArchitecture, at: Readout): void {
  checkExplainable({ backbone: { architecture } });
  const { title, features, penultimateFeatures } = architecture;
  if (at === "penultimate" && features !== penultimateFeatures) {
    throw new InputError(
      `The features of ${title} under readout=penultimate come from its classifier and are no means of maps. ` +
        "Choose readout=pooled",
    );
  }
}

interface Images {
  /** Rows and columns. */
  readonly size: readonly number[];
  readonly prepare: (images: tf.Tensor) => tf.Tensor;
  readonly batch: number;
}

/** A network whose features are the means of its last maps. */
async function averagedMaps(
  engine: Engine,
  architecture: BackboneArchitecture,
  parameters: Tree<tf.Tensor>,
  { size, prepare, batch }: Images,
): Promise<MapNetwork> {
  const forward = await batchProgram(
    engine,
    ({ images }) => {
      const maps = architecture.forwardMaps(prepare(images!), parameters);
      return { maps, features: tf.mean(maps, [1, 2]) };
    },
    { images: size },
    batch,
  );
  return {
    async look(slices) {
      const { maps, features } = await forward.run({ images: slices });
      return { maps: { data: maps!.data, shape: maps!.shape as FeatureMaps["shape"] }, features: features!.data };
    },
    weights({ maps: { shape: [, rows, columns] } }, gradients) {
      return Promise.resolve(gradients.map((value) => value / (rows * columns)));
    },
    dispose: forward.dispose,
  };
}

/** A network of a class token and the tokens of patches, a square of them. */
async function tokenMaps(
  engine: Engine,
  architecture: BackboneArchitecture,
  parameters: Tree<tf.Tensor>,
  { size, prepare, batch }: Images,
): Promise<MapNetwork> {
  const forward = await batchProgram(
    engine,
    ({ images }) => {
      const tokens = architecture.trunk(prepare(images!), parameters);
      const [, count, channels] = tokens.shape as [number, number, number];
      const side = Math.sqrt(count - 1);
      return {
        maps: tf.reshape(tf.slice(tokens, [0, 1, 0], [batch, count - 1, channels]), [batch, side, side, channels]),
        beside: tf.slice(tokens, [0, 0, 0], [batch, 1, channels]),
        features: architecture.fromCut(tokens, parameters),
      };
    },
    { images: size },
    batch,
  );
  const gradientOf = (shape: readonly number[]) =>
    batchProgram(
      engine,
      ({ maps, beside, gradients }) => {
        const risk = (x: tf.Tensor) => {
          const tokens = tf.concat([beside!, tf.reshape(x, [batch, -1, x.shape.at(-1)!])], 1);
          return tf.sum(tf.mul(architecture.fromCut(tokens, parameters), gradients!));
        };
        return { weights: tf.mean(tf.grad(risk)(maps!), [1, 2]) };
      },
      { maps: shape, beside: [1, shape.at(-1)!], gradients: [architecture.features] },
      batch,
    );
  // An engine that does not trace knows the shape of the maps only once it has seen some.
  let backward: ReturnType<typeof gradientOf> | undefined;
  return {
    async look(slices) {
      const { maps, beside, features } = await forward.run({ images: slices });
      const { data } = maps!;
      return {
        maps: { data, shape: maps!.shape as FeatureMaps["shape"] },
        features: features!.data,
        beside: beside!.data,
      };
    },
    async weights({ maps, beside }, gradients) {
      backward ??= gradientOf(maps.shape.slice(1));
      return (await (await backward).run({ maps: maps.data, beside: beside!, gradients })).weights!.data;
    },
    async dispose() {
      await forward.dispose();
      await (await backward)?.dispose();
    },
  };
}
