import type { HostTensor, TensorSpec, tf, Tree } from "@ctsurv/engine/mod.ts";
import type { Normalise } from "./layers/batch_norm.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** A 2D network that turns a slice into numbers, whatever its parameters. */
export interface BackboneArchitecture {
  /** As on the command line: `efficientnet_b0`. */
  readonly name: string;
  /** As in the paper's tables: `EfficientNetB0`. */
  readonly title: string;
  /** Numbers for a slice after global pooling. */
  readonly features: number;
  /** Rows and columns that its weights were made for. */
  readonly size: number;
  /** Mean and standard deviation of the three channels it expects, of intensities in [0, 1]. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** The shapes of its parameters, named as in PyTorch's state dict. */
  spec(): Tree<TensorSpec>;
  /** Draws weights that will not be trained, so that the features still tell what is in an image. */
  readonly initialise: Initialise;
  /** Pooled features: [batch, rows, columns, 3] -> [batch, features]. Evaluation mode unless told otherwise. */
  pooled(x: tf.Tensor, parameters: Tree<tf.Tensor>, normalise?: Normalise): tf.Tensor;
}

/** Where a backbone's weights come from, and their SHA-256 over all parameters by name. */
export type WeightsSource =
  | { readonly kind: "seeded"; readonly seed: number; readonly sha256: string }
  | { readonly kind: "pretrained"; readonly file: string; readonly sha256: string };

/** An architecture with its weights. */
export interface Backbone {
  readonly architecture: BackboneArchitecture;
  readonly parameters: Tree<HostTensor>;
  readonly source: WeightsSource;
}
