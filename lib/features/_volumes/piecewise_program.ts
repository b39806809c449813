import { sizeOf } from "@ctsurv/base/mod.ts";
import { compile, type Engine, float32, hostTensor, type tf, traceMacs, type Tree } from "@ctsurv/engine/mod.ts";
import { type BackboneArchitecture, channelNormalise, runPiece, volumePieces } from "@ctsurv/nn/mod.ts";

/** Pixels of a volume that go through a network as a whole: 24 slices of 224 x 224, which take 2.4 GB. */
const LARGEST_WHOLE = 24 * 224 ** 2;

/**
 * Pixels of a volume for which one piece gives output: 48 slices of 224 x 224. With what it shares with the pieces beside
 * it, a piece then takes about as much memory as the rest of the network with its weights. Shorter pieces share more.
 */
const LARGEST_PIECE = 48 * 224 ** 2;

/** A network for one volume, and what is computed of it. */
export interface PiecewiseOptions {
  /** A network of volumes. */
  readonly architecture: BackboneArchitecture;
  /** All of its parameters. */
  readonly parameters: Tree<tf.Tensor>;
  /** Shape of one image as it is given. */
  readonly shape: readonly number[];
  /** Turns images [1, ...shape] into the input of the network, [1, slices, rows, columns, 3]. */
  prepare(images: tf.Tensor): tf.Tensor;
  /** Chooses what is computed, of the network or of what remains of it behind its first stages. */
  choose(architecture: BackboneArchitecture): (x: tf.Tensor, parameters: Tree<tf.Tensor>) => tf.Tensor;
  /** Pixels of a volume that are not divided. @default {24 slices of 224 x 224} */
  readonly largestWhole?: number;
  /** Pixels of a volume for which one piece gives output, at most. @default {48 slices of 224 x 224} */
  readonly largestPiece?: number;
}

/** A network that takes one large volume at a time. */
export interface PiecewiseProgram {
  /** From an image of `shape` to what is extracted of it, in C order. */
  run(image: Float32Array): Promise<Float32Array>;
  /** The shape of what is extracted, without the axis of the batch. */
  readonly outputShape: readonly number[];
  /** Multiply-accumulates of the network for the whole volume: what pieces share is counted once. */
  readonly macs: number;
}

/**
 * Makes a network ready for a large volume, in the memory that one piece of it takes. The first stages, whose maps are
 * the largest, take the volume in pieces along its slices, up to the first stage that halves slices, rows and columns.
 * Its output is put together, and the other stages take it whole. A piece has every slice that its output depends on, so
 * its numbers are those of the whole volume but for rounding, and where the pieces end depends only on the volume.
 *
 * Every part has a session of its own, which is freed before the next is made: ONNX Runtime keeps the memory of the
 * largest run of a session, and in a second run of one takes as much again.
 *
 * @returns Undefined for a volume that is small enough to go through the network as a whole, and for a network that does
 * not say what its stages see.
 */
export function piecewiseProgram(engine: Engine, options: PiecewiseOptions): PiecewiseProgram | undefined {
  const { architecture, parameters, shape, prepare, choose } = options;
  const { largestWhole = LARGEST_WHOLE, largestPiece = LARGEST_PIECE } = options;
  const given = [1, ...shape];
  const input = outputOf(prepare, given).shape;
  const [slices, rows, columns] = input.slice(1) as [number, number, number];
  const stages = firstStages(architecture);
  if (stages.length === 0 || slices * rows * columns <= largestWhole) return undefined;

  const length = Math.max(1, Math.floor(largestPiece / (rows * columns)));
  const pieces = volumePieces(stages.map(({ window }) => window), slices, length);
  const whole = outputOf((images) => choose(architecture)(prepare(images), parameters), given);
  const maps = outputOf((x) => runStages(stages, x, parameters), input).shape;
  const remaining = choose(architecture.from(stages.length));

  /** Runs a function once. Its output is written to memory of ours: a tensor of ONNX Runtime keeps its session's. */
  const once = async (fn: (x: tf.Tensor) => tf.Tensor, [x, from]: Numbers, [y, to]: Numbers) => {
    const program = await compile(engine, ({ x }) => ({ y: fn(x) }), { x: float32(...from) });
    try {
      await program.bind({ x: hostTensor(x, from) }, { y: hostTensor(y, to) })();
    } finally {
      await program.dispose();
    }
  };

  return {
    outputShape: whole.shape.slice(1),
    macs: whole.macs,
    async run(image) {
      const x = new Float32Array(sizeOf(input));
      await once(prepare, [image, given], [x, input]);
      const y = new Float32Array(sizeOf(maps));
      for (const piece of pieces) {
        await once(
          (taken) => runPiece(stages, taken, parameters, piece),
          slicesOf(x, input, piece.takes),
          slicesOf(y, maps, piece.gives),
        );
      }
      const extracted = new Float32Array(sizeOf(whole.shape));
      await once((y) => remaining(y, parameters), [y, maps], [extracted, whole.shape]);
      return extracted;
    },
  };
}

/** Numbers and their shape. */
type Numbers = readonly [data: Float32Array, shape: readonly number[]];

/** Some slices of one volume [1, slices, ...], in the memory of the volume. */
function slicesOf(
  data: Float32Array,
  [batch, , ...plane]: readonly number[],
  range: readonly [number, number],
): Numbers {
  const [from, to] = range;
  return [data.subarray(from * sizeOf(plane), to * sizeOf(plane)), [batch!, to - from, ...plane]];
}

/** The stages up to the first that halves a volume, if all of them say what they see along slices; else none. */
function firstStages({ stages }: BackboneArchitecture) {
  const windowed = stages.flatMap((stage) => stage.window ? [{ ...stage, window: stage.window }] : []);
  const halving = windowed.findIndex(({ window }) => window.stride > 1);
  const first = windowed.slice(0, halving + 1);
  return first.every(({ name }, i) => stages[i]!.name === name) ? first : [];
}

function runStages(stages: BackboneArchitecture["stages"], x: tf.Tensor, parameters: Tree<tf.Tensor>): tf.Tensor {
  return stages.reduce((y, stage) => stage.run(y, parameters, channelNormalise), x);
}

/** The shape of what a function of one tensor gives, and its multiply-accumulates. Nothing is computed. */
function outputOf(fn: (x: tf.Tensor) => tf.Tensor, given: readonly number[]) {
  let shape: readonly number[] = [];
  const macs = traceMacs(({ x }) => {
    const y = fn(x);
    shape = [...y.shape];
    return { y };
  }, { x: float32(...given) });
  return { shape, macs };
}
