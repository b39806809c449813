import { createRandom, type Random } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor, tf, wasmEngine } from "@ctsurv/engine/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { assertClose, evaluate, sizeOf } from "./agreement.ts";

type Apply = (...operands: tf.Tensor[]) => tf.Tensor;

/** A value of a random function: an input, or an operation on earlier values. */
interface Node {
  readonly text: string;
  readonly operands: readonly number[];
  /** Absent for inputs. */
  readonly apply?: Apply;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "bool";
  /** The inputs that it has a gradient by. */
  readonly sources: ReadonlySet<number>;
}

/** What an operation of the list below has to build with. */
interface Draft {
  readonly random: Random;
  /** The shape of its first operand. */
  readonly shape: readonly number[];
  /** A new input as a further operand, such as a filter. */
  input(...shape: readonly number[]): number;
  /** A new boolean input as a further operand. */
  mask(...shape: readonly number[]): number;
  /** An earlier value of one of these shapes, else a new input of the last. */
  operand(...shapes: readonly (readonly number[])[]): number;
}

interface Operation {
  readonly apply: Apply;
  /** Operands after the first. */
  readonly operands?: readonly number[];
}

const elementwise: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  abs: (x) => tf.abs(tf.add(x, .1)),
  clip: (x) => tf.clipByValue(x, -1.05, 1.15),
  cos: tf.cos,
  elu: (x) => tf.elu(tf.add(x, .1)),
  erf: tf.erf,
  exp: (x) => tf.exp(tf.tanh(x)),
  expm1: (x) => tf.expm1(tf.tanh(x)),
  gelu: (x) => tf.mul(tf.mul(x, .5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  log: (x) => tf.log(tf.add(tf.abs(tf.add(x, .1)), .5)),
  log1p: (x) => tf.log1p(tf.square(tf.tanh(x))),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.square(x), .5)),
  relu: (x) => tf.relu(tf.add(x, .1)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), .5)),
  sigmoid: tf.sigmoid,
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  sin: tf.sin,
  softplus: tf.softplus,
  sqrt: (x) => tf.sqrt(tf.add(tf.square(x), .5)),
  square: (x) => tf.square(tf.tanh(x)),
  tanh: tf.tanh,
};
const pairwise: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  div: (a, b) => tf.div(a, tf.add(tf.square(b), .5)),
  mul: (a, b) => tf.mul(a, tf.tanh(b)),
  pow: (a, b) => tf.pow(tf.add(tf.sigmoid(a), .5), tf.tanh(b)),
  sub: tf.sub,
};
const reductions: Record<string, (x: tf.Tensor, axis: number, keepDims: boolean) => tf.Tensor> = {
  logSumExp: (x, axis, keepDims) => tf.logSumExp(tf.tanh(x), axis, keepDims),
  mean: tf.mean,
  sum: (x, axis, keepDims) => tf.tanh(tf.sum(x, axis, keepDims)),
};

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(0, from.length - 1)]!;
const shuffled = (random: Random, length: number) => random.shuffle(Array.from({ length }, (_, i) => i));
const spatial = ({ shape }: Draft) => shape.length === 4 && shape[1]! > 2 && shape[2]! > 2;

type Drafter = (draft: Draft) => Operation | undefined | false;

/** The operations, how often they are tried, and what they make of a draft; nothing where its shape does not suit. */
const operations: Record<string, [weight: number, draft: Drafter]> = {
  ...mapValues(elementwise, (apply): [number, Drafter] => [.5, () => ({ apply: apply as Apply })]),
  ...mapValues(pairwise, (apply): [number, Drafter] => [1.5, ({ shape, operand, random }) => {
    const broadcast = shape.map((dim) => random.uniform() < .3 ? 1 : dim).slice(random.integer(0, shape.length));
    return { apply: apply as Apply, operands: [operand(shape, broadcast)] };
  }]),
  // Which of two numbers is the larger must not hang on rounding: fresh inputs keep equal numbers apart.
  maximum: [1, ({ shape, input }) => ({ apply: (a, b) => tf.maximum(a!, b!), operands: [input(...shape)] })],
  minimum: [1, ({ shape, input }) => ({ apply: (a, b) => tf.minimum(a!, b!), operands: [input(...shape)] })],
  max: [1, ({ shape, input, random }) => {
    const axis = random.integer(-shape.length, shape.length - 1);
    return shape.length > 0 && { apply: (x, noise) => tf.max(tf.add(x!, noise!), axis), operands: [input(...shape)] };
  }],
  min: [1, ({ shape, input }) => ({ apply: (x, noise) => tf.min(tf.add(x!, noise!)), operands: [input(...shape)] })],
  select: [2, ({ shape, operand, mask }) => ({
    apply: (a, b, choice) => tf.where(choice!, a!, b!),
    operands: [operand(shape), mask(...shape)],
  })],
  ...mapValues(reductions, (reduce): [number, Drafter] => [.8, ({ shape, random }) => {
    if (shape.length === 0) return;
    const axis = random.integer(-shape.length, shape.length - 1), keepDims = random.uniform() < .5;
    return { apply: (x) => reduce(x!, axis, keepDims) };
  }]),
  cumsum: [1, ({ shape, random }) => {
    const [exclusive, reverse] = [random.uniform() < .5, random.uniform() < .5];
    return shape.length > 0 && { apply: (x) => tf.tanh(tf.cumsum(x!, shape.length - 1, exclusive, reverse)) };
  }],
  softmax: [1, ({ shape }) => shape.length > 0 && { apply: (x) => tf.softmax(x!) }],
  logSoftmax: [1, ({ shape }) => shape.length > 0 && { apply: (x) => tf.logSoftmax(x!) }],
  layerNorm: [1.5, ({ shape, input }) =>
    shape.length > 0 && {
      apply: (x, scale) => {
        const { mean, variance } = tf.moments(x!, -1, true);
        return tf.mul(tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, .01))), scale!);
      },
      operands: [input(shape.at(-1)!)],
    }],
  batchNorm: [1.5, ({ shape, input }) =>
    shape.length === 4 && {
      apply: (x, mean, variance, offset, scale) =>
        tf.batchNorm(x!, mean as tf.Tensor1D, tf.abs(variance!), offset as tf.Tensor1D, scale as tf.Tensor1D, .1),
      operands: Array.from({ length: 4 }, () => input(shape[3]!)),
    }],
  reshape: [1, ({ shape, random }) => {
    const joined = shape.length > 1 ? random.integer(0, shape.length - 2) : 0;
    if (shape.length < 2) return;
    return { apply: (x) => tf.reshape(x!, shape.toSpliced(joined, 2, shape[joined]! * shape[joined + 1]!)) };
  }],
  transpose: [1.5, ({ shape, random }) => {
    const perm = shuffled(random, shape.length);
    return { apply: (x) => tf.transpose(x!, perm) };
  }],
  slice: [1.5, ({ shape, random }) => {
    const begin = shape.map((dim) => random.integer(0, Math.floor((dim - 1) / 2)));
    const size = shape.map((dim, i) => random.integer(1, dim - begin[i]!));
    return shape.length > 0 && { apply: (x) => tf.slice(x!, begin, size) };
  }],
  pad: [1, ({ shape, random }) => {
    const pads = shape.map((): [number, number] => [random.integer(0, 1), random.integer(0, 2)]);
    return shape.length > 0 && { apply: (x) => tf.pad(x!, pads, .5) };
  }],
  concat: [1.5, ({ shape, random, operand }) => {
    const axis = random.integer(0, shape.length - 1);
    return shape.length > 0 && { apply: (a, b) => tf.concat([a!, b!], axis), operands: [operand(shape)] };
  }],
  stack: [1, ({ shape, random, operand }) => {
    const axis = random.integer(0, shape.length);
    return { apply: (a, b) => tf.stack([b!, a!], axis), operands: [operand(shape)] };
  }],
  split: [1, ({ shape, random }) => {
    const axis = random.integer(0, shape.length - 1);
    if (shape.length === 0 || shape[axis]! < 2) return;
    const first = random.integer(1, shape[axis]! - 1);
    return { apply: (x) => tf.concat(tf.split(x!, [first, shape[axis]! - first], axis).toReversed(), axis) };
  }],
  tile: [1, ({ shape, random }) => {
    const reps = shape.map(() => random.integer(1, 2));
    return shape.length > 0 && { apply: (x) => tf.tile(x!, reps) };
  }],
  reverse: [1, ({ shape, random }) => {
    const axis = random.integer(0, shape.length - 1);
    return shape.length > 0 && { apply: (x) => tf.reverse(x!, axis) };
  }],
  expandDims: [.5, ({ shape, random }) => {
    const axis = random.integer(0, shape.length);
    return { apply: (x) => tf.expandDims(x!, axis) };
  }],
  gather: [1.5, ({ shape, random }) => {
    if (shape.length === 0) return;
    const axis = random.integer(0, shape.length - 1);
    const rows = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, shape[axis]! - 1));
    return { apply: (x) => tf.gather(x!, tf.tensor1d(rows, "int32"), axis) };
  }],
  matMul: [4, ({ shape, random, input }) => {
    if (shape.length < 2) return;
    const [columns, transposed] = [random.integer(1, 6), random.uniform() < .5];
    const right = transposed ? [columns, shape.at(-1)!] : [shape.at(-1)!, columns];
    return {
      apply: (a, b) => tf.tanh(tf.matMul(a!, b!, false, transposed)),
      operands: [input(...shape.slice(0, -2), ...right)],
    };
  }],
  conv2d: [8, (draft) => {
    if (!spatial(draft)) return;
    const { random, shape, input } = draft;
    const [stride, pad, taps] = [random.integer(1, 2), pick(random, ["same", "valid"] as const), random.integer(1, 3)];
    return {
      apply: (x, filter) => tf.tanh(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)),
      operands: [input(taps, 2, shape[3]!, random.integer(1, 4))],
    };
  }],
  pointwise: [3, (draft) =>
    spatial(draft) && {
      apply: (x, filter) => tf.tanh(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "valid")),
      operands: [draft.input(1, 1, draft.shape[3]!, draft.random.integer(1, 5))],
    }],
  depthwise: [8, (draft) => {
    if (!spatial(draft)) return;
    const { random, shape, input } = draft;
    const [stride, pad, taps] = [random.integer(1, 2), pick(random, ["same", "valid"] as const), random.integer(2, 3)];
    return {
      apply: (x, filter) => tf.tanh(tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)),
      operands: [input(taps, taps, shape[3]!, random.integer(1, 2))],
    };
  }],
  maxPool: [4, (draft) => {
    const [stride, pad] = [draft.random.integer(1, 2), pick(draft.random, ["same", "valid"] as const)];
    return spatial(draft) && {
      apply: (x, noise) => tf.maxPool(tf.add(x!, noise!) as tf.Tensor4D, 2, stride, pad),
      operands: [draft.input(...draft.shape)],
    };
  }],
  avgPool: [4, (draft) => {
    const stride = draft.random.integer(1, 2);
    return spatial(draft) && { apply: (x) => tf.avgPool(x as tf.Tensor4D, 2, stride, "valid") };
  }],
};

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

const lots = Object.entries(operations).flatMap(([name, [weight]]) =>
  Array<string>(Math.round(10 * weight)).fill(name)
);

const starts = [[2, 7, 6, 3], [1, 5, 8, 2], [4, 5], [3, 4, 5], [6]];
const largest = 2000;

/** Draws operations one by one, each on earlier values, and computes them to learn their shapes. */
function draw(random: Random): Node[] {
  const nodes: Node[] = [];
  const values: tf.Tensor[] = [];
  const leaf = (dtype: "float32" | "bool") => (...shape: readonly number[]) => {
    values.push(tf.zeros([...shape], dtype));
    const sources = new Set(dtype === "float32" ? [nodes.length] : []);
    return nodes.push({ text: `${dtype} [${shape}]`, operands: [], shape, dtype, sources }) - 1;
  };
  const input = leaf("float32"), mask = leaf("bool");
  const add = () => {
    const name = pick(random, lots);
    // Later values first, so that functions grow deep.
    const floats = nodes.flatMap(({ dtype }, i) => dtype === "float32" ? [i] : []);
    const first = floats[Math.max(random.integer(0, floats.length - 1), random.integer(0, floats.length - 1))]!;
    const { shape } = nodes[first]!;
    const before = nodes.length;
    const undo = () => (nodes.length = values.length = before, false);
    const operand = (...shapes: readonly (readonly number[])[]) => {
      const suiting = floats.filter((i) => shapes.some((shape) => `${shape}` === `${nodes[i]!.shape}`));
      return suiting.length > 0 && random.uniform() < .8 ? pick(random, suiting) : input(...shapes.at(-1)!);
    };
    const operation = operations[name]![1]({ random, shape, input, mask, operand });
    if (!operation) return undo();
    const { apply } = operation;
    const operands = [first, ...operation.operands ?? []];
    const value = apply(...operands.map((i) => values[i]!));
    if (value.size === 0 || value.size > largest || value.rank > 4) return undo();
    values.push(value);
    const sources = new Set(operands.flatMap((i) => [...nodes[i]!.sources]));
    nodes.push({
      text: `${name}(${operands}) [${value.shape}]`,
      operands,
      apply,
      shape: value.shape,
      dtype: "float32",
      sources,
    });
    return true;
  };
  tf.tidy(() => {
    input(...pick(random, starts));
    if (random.uniform() < .5) input(...pick(random, starts));
    for (let left = random.integer(5, 25); left > 0;) left -= add() ? 1 : 0;
  });
  return nodes;
}

/** The values that nothing else was made of. */
function resultsOf(nodes: readonly Node[]): number[] {
  const used = new Set(nodes.flatMap(({ operands }) => operands));
  return nodes.flatMap(({ apply }, i) => apply && !used.has(i) ? [i] : []);
}

/** The function of its inputs, in order, that gives the results. */
function forwardOf(nodes: readonly Node[]) {
  const results = resultsOf(nodes);
  return (inputs: readonly tf.Tensor[]): tf.Tensor[] => {
    const values: tf.Tensor[] = [];
    let next = 0;
    for (const { apply, operands } of nodes) {
      values.push(apply ? apply(...operands.map((i) => values[i]!)) : inputs[next++]!);
    }
    return results.map((i) => values[i]!);
  };
}

/** A scalar loss of the results, and its gradients by inputs `by`. */
function gradientOf(nodes: readonly Node[], by: readonly number[]) {
  const forward = forwardOf(nodes);
  return (inputs: readonly tf.Tensor[]): tf.Tensor[] => {
    const moving = by.map((i) => inputs[i]!);
    const loss = (...moved: tf.Tensor[]) => {
      const results = forward(inputs.map((x) => moved[moving.indexOf(x)] ?? x));
      return tf.addN(results.map((y) => tf.mean(tf.square(tf.tanh(y)))));
    };
    const { value, grads } = tf.valueAndGrads(loss)(moving);
    return [value, ...grads];
  };
}

const wasm = await wasmEngine();

for (const decade of Array.from({ length: 20 }, (_, i) => 10 * i)) {
  Deno.test(`random functions ${decade} to ${decade + 9} of ONNX Runtime and of tfjs agree`, async () => {
    for (let seed = decade; seed < decade + 10; seed++) {
      const random = createRandom(seed, "random function");
      const nodes = draw(random);
      const inputNodes = nodes.flatMap(({ apply }, i) => apply ? [] : [i]);
      const sources = [...new Set(resultsOf(nodes).flatMap((i) => [...nodes[i]!.sources]))];
      const by = random.shuffle(sources).slice(0, random.integer(1, 3)).map((i) => inputNodes.indexOf(i));
      const fn = seed % 2 === 0 ? forwardOf(nodes) : gradientOf(nodes, by);
      const numbers = inputNodes.map((i): HostTensor => {
        const { shape, dtype } = nodes[i]!;
        const drawn = Array.from({ length: sizeOf(shape) }, () => random.normal());
        return hostTensor(dtype === "bool" ? Uint8Array.from(drawn, (x) => Number(x > 0)) : drawn, shape);
      });
      const text = nodes.map(({ text }, i) => `  ${i} = ${text}`).join("\n");
      const name = `seed ${seed}${seed % 2 === 0 ? "" : `, gradient by inputs ${by}`}:\n${text}\n`;
      try {
        const expected = await evaluate(wasm, fn, numbers);
        const actual = await evaluate(engineUnderTest, fn, numbers);
        expected.forEach((wanted, i) =>
          assertClose(actual[i]!, wanted, `output ${i}`, { tolerance: 1e-4, scale: 1e-2 })
        );
      } catch (error) {
        throw new Error(name, { cause: error });
      }
    }
  });
}
