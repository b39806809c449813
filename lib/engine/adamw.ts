import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "./tf.ts";
import { leaves, mapTree, type Tree } from "./tree.ts";
import { float32, isSpec, isTensor, type TensorSpec } from "./values.ts";

/**
 * AdamW's running averages of the gradient and of its square, for groups of parameters. A parameter of more than 65,536
 * numbers is a group of its own; all smaller ones together are one vector. A step is then a few long operations, not
 * hundreds of short ones.
 */
export interface Moments<T> {
  /** m, the averages of the gradient: one tensor for each group. */
  readonly first: readonly T[];
  /** v, the averages of the squared gradient, with the same shapes. */
  readonly second: readonly T[];
}

/** Options of {@linkcode adamW}; the defaults are PyTorch's. */
export interface AdamWOptions {
  /** lr of the formula: about how far a parameter moves in one step. With a schedule, the full rate. */
  readonly learningRate: number;
  /** wd: decoupled, so that it shrinks the parameters and not the gradient. @default {0.01} */
  readonly weightDecay?: number;
  /** b1: how much of the average gradient stays at each step. @default {0.9} */
  readonly beta1?: number;
  /** b2: the same for the average squared gradient. @default {0.999} */
  readonly beta2?: number;
  /** eps: keeps the division finite where gradients are 0. @default {1e-8} */
  readonly epsilon?: number;
}

/** The moments start at zero, and these corrections make up for it. They change from step to step. */
export interface BiasCorrections<T> {
  /** `1 - beta1^step` */
  readonly first: T;
  /** `1 - beta2^step` */
  readonly second: T;
}

/** The bias corrections of a step. Steps count from 1. */
export function biasCorrections(
  step: number,
  { beta1 = 0.9, beta2 = 0.999 }: Partial<AdamWOptions> = {},
): BiasCorrections<number> {
  return { first: 1 - beta1 ** step, second: 1 - beta2 ** step };
}

/** A parameter with more numbers than this is a group of its own. */
const LARGE_SIZE = 2 ** 16;

/** Indices of parameters that are updated together. */
function groupsOf(shapes: readonly (readonly number[])[]): number[][] {
  const indices = shapes.map((_, i) => i);
  const isLarge = (i: number) => sizeOf(shapes[i]!) > LARGE_SIZE;
  const small = indices.filter((i) => !isLarge(i));
  return [...indices.filter(isLarge).map((i) => [i]), ...(small.length > 0 ? [small] : [])];
}

/**
 * The shapes of the moments for a tree of parameters, given as specs, numbers or tensors. Training starts with
 * `zerosOf` them.
 */
export function momentsSpec(parameters: unknown): Moments<TensorSpec> {
  const shapes = leaves(parameters as Tree<TensorSpec>, isSpec).map(({ value }) => value.shape);
  const groups = groupsOf(shapes).map((group) =>
    group.length === 1 ? float32(...shapes[group[0]!]!) : float32(group.reduce((sum, i) => sum + sizeOf(shapes[i]!), 0))
  );
  return { first: groups, second: groups };
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019) as in PyTorch:
 *
 * ```text
 * m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2
 * p <- p (1 - lr wd) - lr (m / c1) / (sqrt(v / c2) + eps)
 * ```
 *
 * @example The first step moves every number by the learning rate
 * ```ts
 * import { adamW, biasCorrections, momentsSpec, tf, toTensors, zerosOf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const parameters = { weight: tf.tensor1d([1, -2]), bias: tf.scalar(0.5) };
 * const gradients = { weight: tf.tensor1d([40, -0.3]), bias: tf.scalar(0) };
 * const moments = toTensors(zerosOf(momentsSpec(parameters)));
 * const { first, second } = biasCorrections(1);
 * const corrections = { first: tf.scalar(first), second: tf.scalar(second) };
 *
 * const next = adamW(parameters, gradients, moments, corrections, { learningRate: 0.1, weightDecay: 0 });
 * assertEquals([...next.parameters.weight.dataSync()].map((w) => w.toFixed(3)), ["0.900", "-1.900"]);
 * ```
 *
 * @param gradients The tree of the parameters, see {@linkcode valueAndGradients}.
 * @param moments Those of the step before, see {@linkcode momentsSpec}.
 * @param corrections Scalars c1 and c2, see {@linkcode biasCorrections}.
 * @param scheduled The learning rate of this step, a scalar, where a schedule changes it; see {@linkcode learningRateAt}.
 * @returns The parameters and moments after the step.
 */
export function adamW<P>(
  parameters: P,
  gradients: P,
  moments: Moments<tf.Tensor>,
  corrections: BiasCorrections<tf.Tensor>,
  options: AdamWOptions,
  scheduled?: tf.Tensor,
): { parameters: P; moments: Moments<tf.Tensor> } {
  const { learningRate, weightDecay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const tree = parameters as unknown as Tree<tf.Tensor>;
  const [p, g] = [parameters, gradients].map((t) =>
    leaves(t as unknown as Tree<tf.Tensor>, isTensor).map(({ value }) => value)
  ) as [tf.Tensor[], tf.Tensor[]];
  // The step of the formula with its scalars gathered first, so that they are not applied to every number:
  // lr / c1 * m / (sqrt(v / c2) + eps) = rate * m / (sqrt(v) + floor).
  const root = tf.sqrt(corrections.second);
  const rate = tf.div(tf.mul(root, scheduled ?? learningRate), corrections.first);
  const decay = scheduled ? tf.sub(1, tf.mul(scheduled, weightDecay)) : 1 - learningRate * weightDecay;
  const floor = tf.mul(root, epsilon);

  const updated: tf.Tensor[] = [];
  const first: tf.Tensor[] = [];
  const second: tf.Tensor[] = [];
  groupsOf(p.map(({ shape }) => shape)).forEach((group, at) => {
    const join = (list: readonly tf.Tensor[]) =>
      group.length === 1 ? list[group[0]!]! : tf.concat1d(group.map((i) => tf.reshape(list[i]!, [-1])));
    const gradient = join(g);
    const m = tf.add(tf.mul(moments.first[at]!, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(moments.second[at]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const step = tf.mul(tf.div(m, tf.add(tf.sqrt(v), floor)), rate);
    const next = tf.sub(tf.mul(join(p), decay), step);
    const parts = group.length === 1 ? [next] : tf.split(next, group.map((i) => p[i]!.size));
    group.forEach((i, n) => {
      updated[i] = tf.reshape(parts[n]!, p[i]!.shape);
    });
    first.push(m);
    second.push(v);
  });
  let next = 0;
  return {
    parameters: mapTree(tree, isTensor, () => updated[next++]!) as unknown as P,
    moments: { first, second },
  };
}
