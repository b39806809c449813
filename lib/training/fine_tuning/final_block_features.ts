import { memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  float32,
  type HostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  tf,
  toTensors,
  type Tree,
  type Value,
} from "@ctsurv/engine/mod.ts";
import { type Backbone, belongsTo, finalBlockNames, scaleAndShift } from "@ctsurv/nn/mod.ts";
import { type ActivationPiece, activationPieces, type HalfActivations } from "./_activations.ts";

/** Trained parameters of a final block by their names in the state dict: `features.8.0.weight`. */
export type FinalBlock<T> = Readonly<Record<string, T>>;

/** Numbers on the host or in the memory of the engine. */
export type Held = HostTensor | Value;

/**
 * The most slices, and numbers at the cut, that go through a block together. More are not faster, and the intermediate
 * results of a step grow with them: with ViT's 151,296 numbers a slice, 32 slices take 3 GiB.
 */
const SLICES_AT_ONCE = 32;
const NUMBERS_AT_ONCE = 2 ** 20;

/** From activations at the cut to features, with any parameters of the final block. */
export interface FinalBlockFeatures {
  /** Names of the trained parameters in the state dict. */
  readonly names: readonly string[];
  /** Shapes of the trained parameters. */
  readonly spec: FinalBlock<TensorSpec>;
  /** The backbone's own block. */
  readonly own: FinalBlock<HostTensor>;
  /** The block as a function to compile. */
  run(activations: tf.Tensor, block: FinalBlock<tf.Tensor>): tf.Tensor;
  /** Activations in pieces that go through the block together. */
  pieces(activations: readonly HalfActivations[]): Generator<ActivationPiece>;
  /** Features of all slices, one after the other: [slices, features]. */
  features(block: FinalBlock<Held>, activations: readonly HalfActivations[]): Promise<Float32Array>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

/** Makes the final block of a backbone ready for activations. Its sessions serve the block with any parameters. */
export function finalBlockFeatures(engine: Engine, backbone: Backbone): FinalBlockFeatures {
  const { architecture } = backbone;
  const names = finalBlockNames(architecture);
  const known = new Map(leaves(backbone.parameters, isHost).map(({ path, value }) => [path, value]));
  const own = Object.fromEntries(names.map((name) => [name, known.get(name)!]));
  const spec: FinalBlock<TensorSpec> = Object.fromEntries(names.map((name) => [name, float32(...own[name]!.shape)]));
  const run = finalBlockFunction(backbone);
  const pieces = (activations: readonly HalfActivations[]) => {
    const numbers = activations[0]!.shape.reduce((product, dim) => product * dim, 1);
    const together = Math.max(1, Math.min(SLICES_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / numbers)));
    return activationPieces(activations, architecture.input === "volume" ? 1 : together);
  };
  const forward = memoise((shape: readonly number[]) =>
    compile(engine, ({ activations, block }) => ({ features: run(activations, block) }), {
      activations: float32(...shape),
      block: spec,
    })
  );
  return {
    names,
    spec,
    own,
    run,
    pieces,
    async features(block, activations) {
      const width = architecture.features;
      const all = new Float32Array(activations.reduce((sum, { count }) => sum + count, 0) * width);
      for (const { activations: piece, from, count } of pieces(activations)) {
        const { features } = await (await forward.get(piece.shape)).run({ activations: piece, block });
        all.set((await features.read() as Float32Array).subarray(0, count * width), from * width);
        features.dispose();
      }
      return all;
    },
    async dispose() {
      for (const program of forward.values()) await (await program).dispose();
    },
  };
}

/** The function from activations at the cut to features. Frozen parameters of the block become constants. */
export function finalBlockFunction({ architecture, parameters }: Backbone): FinalBlockFeatures["run"] {
  const known = new Map(leaves(parameters, isHost).map(({ path, value }) => [path, value]));
  return (activations: tf.Tensor, block: FinalBlock<tf.Tensor>): tf.Tensor => {
    const unused = tf.scalar(NaN);
    const parameters = mapTree(architecture.spec(), isSpec, (_, path) => {
      if (block[path]) return block[path];
      const isOfBlock = architecture.finalBlock.some((module) => belongsTo(path, module));
      return isOfBlock ? toTensors(known.get(path)!) as tf.Tensor : unused;
    });
    return architecture.fromCut(activations, parameters as Tree<tf.Tensor>, scaleAndShift);
  };
}

const isHost = isSpec as (node: unknown) => node is HostTensor;
