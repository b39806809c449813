import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type HostTensor, isSpec, leaves, type Tree } from "@ctsurv/engine/mod.ts";
import {
  type AggregationChoice,
  type HeadInitialisation,
  initialHead,
  initialiseHead,
  seededParameters,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import fixture from "../../fixtures/nn_head_initialisations.json" with { type: "json" };

const isHost = isSpec as (node: unknown) => node is HostTensor;
const spec = (aggregation: AggregationChoice = { kind: "gated" }) =>
  survivalHeadSpec({ backboneFeatures: 1280, aggregation });

/** All numbers of a parameter over some seeds, by its path. */
function draws(initialisation: HeadInitialisation, aggregation?: AggregationChoice, seeds = 12) {
  const found = new Map<string, number[]>();
  for (let seed = 0; seed < seeds; seed++) {
    const head = initialHead(spec(aggregation), seed, initialisation) as unknown as Tree<HostTensor>;
    for (const { path, value } of leaves(head, isHost)) {
      const numbers = found.get(path) ?? [];
      for (const number of value.data) numbers.push(number);
      found.set(path, numbers);
    }
  }
  return found;
}

/** Mean, largest absolute value, standard deviation, and deciles divided by one of them. */
function summary(values: readonly number[], by: "largest" | "deviation") {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const sorted = Float64Array.from(values).sort();
  const decile = (tenth: number) => sorted[Math.floor(tenth / 10 * (sorted.length - 1))]!;
  const scale = by === "largest" ? largest : deviation;
  return { mean, deviation, largest, deciles: Array.from({ length: 9 }, (_, i) => decile(i + 1) / scale) };
}

/** Ours must have PyTorch's spread, bounds and deciles, as far as so many draws tell. */
function assertDrawnAs(
  values: readonly number[],
  expected: { readonly largest: number; readonly deviation: number; readonly deciles: readonly number[] },
  what: string,
  by: "largest" | "deviation" = "largest",
) {
  const { deviation, largest, deciles } = summary(values, by);
  const tolerance = 4 / Math.sqrt(values.length);
  assertAlmostEquals(deviation, expected.deviation, tolerance * expected.deviation, `${what}: deviation`);
  if (by === "largest") assertAlmostEquals(largest, expected.largest, tolerance * expected.largest, `${what}: bound`);
  deciles.forEach((decile, i) =>
    assertAlmostEquals(decile, expected.deciles[i]!, 2 * tolerance, `${what}: decile ${i + 1}`)
  );
}

Deno.test("initialHead(): pytorch draws every linear layer, its biases too, as PyTorch does", () => {
  const found = draws("pytorch");
  const paths: readonly (readonly [keyof typeof fixture.pytorch, string])[] = [
    ["embedding.weight", "embedding.weight"],
    ["embedding.bias", "embedding.bias"],
    ["attention_V.weight", "aggregation.attention_V.weight"],
    ["attention_V.weight", "aggregation.attention_U.weight"],
    ["attention_V.bias", "aggregation.attention_V.bias"],
    ["attention_w.weight", "aggregation.attention_w.weight"],
    ["hidden.weight", "survival.hidden.4.weight"],
    ["hidden.bias", "survival.hidden.9.bias"],
    ["output.weight", "survival.output.weight"],
    ["output.bias", "survival.output.bias"],
  ];
  for (const [name, path] of paths) assertDrawnAs(found.get(path)!, fixture.pytorch[name], path);
  const bound = 1 / Math.sqrt(128);
  assert(found.get("aggregation.attention_w.bias")!.every((bias) => Math.abs(bias) <= bound && bias !== 0));
});

Deno.test("initialHead(): pytorch draws a transformer's layer as PyTorch does", () => {
  const found = draws("pytorch", { kind: "self-attention", layers: 1 }, 4);
  const at = (part: string) => found.get(`aggregation.layers.0.${part}`)!;
  const { pytorch } = fixture;
  assertDrawnAs(at("self_attention.in_proj_weight"), pytorch["self_attention.in_proj_weight"], "in_proj_weight");
  assertDrawnAs(at("self_attention.out_proj.weight"), pytorch["self_attention.out_proj.weight"], "out_proj.weight");
  assertDrawnAs(at("mlp.0.weight"), pytorch["mlp.weight"], "mlp.0.weight");
  assertDrawnAs(at("mlp.0.bias"), pytorch["mlp.bias"], "mlp.0.bias");
  for (const zero of ["self_attention.in_proj_bias", "self_attention.out_proj.bias", "ln_1.bias", "ln_2.bias"]) {
    assert(at(zero).every((bias) => bias === 0), zero);
  }
  assertEquals(
    [pytorch["self_attention.in_proj_bias"], pytorch["self_attention.out_proj.bias"], pytorch["norm.bias"]]
      .map(({ largest }) => largest),
    [0, 0, 0],
  );
  assert(at("ln_1.weight").every((scale) => scale === pytorch["norm.weight"].largest));
  assert(found.get("aggregation.norm.bias")!.every((bias) => bias === 0));
});

Deno.test("initialHead(): xavier draws DeepHit's weights as PyTorch's xavier_normal_, and all the rest by its default", () => {
  const found = draws("xavier", undefined, 4);
  assertDrawnAs(found.get("survival.hidden.3.weight")!, fixture.xavier["hidden.weight"], "hidden", "deviation");
  assertDrawnAs(found.get("survival.hidden.3.bias")!, fixture.pytorch["hidden.bias"], "hidden.bias");
  const default_ = draws("pytorch", undefined, 4);
  for (const [path, values] of found) {
    if (!/^survival\..*weight$/.test(path)) assertEquals(values, default_.get(path), path);
  }
});

Deno.test("initialHead(): looks-linear is initialiseHead(), to the last bit", () => {
  for (const aggregation of [{ kind: "gated" }, { kind: "self-attention", positions: "sinusoidal" }] as const) {
    const head = initialHead(spec(aggregation), 42, "looks-linear");
    assertEquals(head, seededParameters(spec(aggregation), 42, initialiseHead) as unknown);
  }
});
