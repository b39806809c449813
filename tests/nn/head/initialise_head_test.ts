import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { deepHitSpec } from "@ctsurv/nn/head/deephit.ts";
import { initialiseHead, type PlainDeepHit, seededParameters } from "@ctsurv/nn/mod.ts";
import { hashed } from "../../support/golden.ts";

const features = 40, width = 100;
const { hidden, output } = seededParameters(deepHitSpec({ features, width }), 7, initialiseHead) as PlainDeepHit<
  HostTensor
>;

/** `v(key, i)` as a vector that fits into half of a layer, where no direction can be lost. */
const vector = (key: string) => Float64Array.from({ length: features }, (_, i) => hashed(key)(i));
const norm = (x: Float64Array) => Math.hypot(...x);

/** Linear and ReLU, layer by layer. */
function throughHidden(x: Float64Array): Float64Array {
  return hidden.reduce((h, { weight, bias }) => {
    return Float64Array.from({ length: width }, (_, row) => {
      return Math.max(0, h.reduce((sum, value, i) => sum + weight.data[row * h.length + i]! * value, bias.data[row]!));
    });
  }, x);
}

/** What the ReLUs let through of a pair of units, put together again: relu(a) - relu(-a) = a. */
function linearPart(x: Float64Array): Float64Array {
  const units = throughHidden(x);
  return units.slice(0, width / 2).map((unit, i) => unit - units[i + width / 2]!);
}

Deno.test("initialiseHead(): ten hidden layers start as one linear map, through all of their ReLUs", () => {
  const [x, y] = [vector("x"), vector("y")];
  const [fx, fy, sum] = [x, y, x.map((value, i) => value + y[i]!)].map(linearPart) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  assert(norm(sum) > 1);
  sum.forEach((value, i) => assertAlmostEquals(value, fx[i]! + fy[i]!, 1e-6));
  // Additive alone would be true of a network without ReLUs: the units themselves are not.
  const [ux, uy] = [throughHidden(x), throughHidden(y)];
  const together = throughHidden(x.map((value, i) => value + y[i]!));
  assert(norm(together.map((value, i) => value - ux[i]! - uy[i]!)) > 0.1);
});

Deno.test("initialiseHead(): ten hidden layers keep norms and angles", () => {
  const [x, y] = [vector("x"), vector("y")];
  const [fx, fy] = [linearPart(x), linearPart(y)];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  assertAlmostEquals(norm(fx) / norm(x), 1, 1e-5);
  assertAlmostEquals(norm(throughHidden(x)) / norm(x), 1, 1e-5);
  assertAlmostEquals(dot(fx, fy), dot(x, y), 1e-5);
});

Deno.test("initialiseHead(): the output layer is uniform within 1 / sqrt(in), and biases are 0", () => {
  const bound = 1 / Math.sqrt(width);
  const largest = Math.max(...Array.from(output.weight.data, Math.abs));
  assert(largest <= bound && largest > 0.99 * bound);
  for (const { bias } of [...hidden, output]) assertEquals([...bias.data], Array(bias.shape[0]!).fill(0));
});
