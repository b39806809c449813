import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import ort from "onnxruntime-node";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { onnxEngine, tf } from "@ctsurv/engine/mod.ts";
import { phantomBackbone } from "@ctsurv/features/mod.ts";
import { windowHu } from "@ctsurv/imaging/mod.ts";
import {
  type AggregationChoice,
  finalBlockNames,
  initialHead,
  resNet3d18,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { outputsToSurvival, survivalFromOutputs } from "@ctsurv/survival/losses/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { exportModel, modelPredictor, type SurvivalModel } from "@ctsurv/training/mod.ts";

const engine = onnxEngine({ threads: 1 });
const backbone = await phantomBackbone();
const SIZE = 64;

/** A model with a new head. Its slices are small, which the backbone takes as well as large ones. */
function modelWith(shape: Omit<SurvivalHeadShape, "backboneFeatures">, tail = true): SurvivalModel {
  const spec = survivalHeadSpec({ ...shape, backboneFeatures: backbone.architecture.features });
  return {
    backbone,
    view: { kind: "slice", slices: "all", size: SIZE },
    shape,
    tail,
    head: initialHead(spec, 3, "xavier"),
    trainedOn: { cohort: "none", patients: 0, events: 0, profile: "smoke", epochs: 0, segmenter: "none" },
  };
}

/** HU from below to above the window. */
function randomHu(count: number): Float32Array {
  const random = createRandom(5, "slices");
  return Float32Array.from({ length: count * SIZE * SIZE }, () => 1800 * random.uniform() - 1200);
}

/** What `predict` says of the slices, and what the file says of their HU. */
async function bothWays(model: SurvivalModel, session: ort.InferenceSession, count: number) {
  const hu = randomHu(count);
  const slices = Float32Array.from(Float16Array.from(windowHu(hu.slice(), [-1000, 400])));
  const predictor = await modelPredictor(engine, model);
  const expected = await predictor.predict("A", { slices, count });
  await predictor.dispose();
  const { survival, attention } = await session.run({ hu: new ort.Tensor("float32", hu, [count, SIZE, SIZE]) });
  return { expected, survival: survival!.data as Float32Array, attention: attention!.data as Float32Array };
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assertEquals(actual.length, expected.length, what);
  Array.from(expected, (value, i) => assertAlmostEquals(actual[i]!, value, 1e-6, `${what} ${i}`));
}

const cases: readonly [AggregationChoice, Partial<SurvivalHeadShape>, { tail: boolean; tuned: boolean }][] = [
  [{ kind: "gated" }, {}, { tail: true, tuned: false }],
  [{ kind: "self-attention" }, { sharedLayers: 5 }, { tail: true, tuned: false }],
  [{ kind: "average" }, { layers: 2, bins: 12 }, { tail: false, tuned: true }],
  [{ kind: "mlp" }, { layers: 2 }, { tail: true, tuned: false }],
];
for (const [aggregation, shape, { tail, tuned }] of cases) {
  const name = `${aggregation.kind}${tail ? "" : ", no tail"}${tuned ? ", a trained final block" : ""}`;
  Deno.test(`exportModel() gives the curves and the attention of predict, for any number of slices: ${name}`, async () => {
    const plain = modelWith({ aggregation, ...shape }, tail);
    const model = tuned ? { ...plain, finalBlock: changedBlock() } : plain;
    const session = await ort.InferenceSession.create(exportModel(model));
    for (const count of [1, 4]) {
      const { expected, survival, attention } = await bothWays(model, session, count);
      assertClose(survival, expected.survival, `${count} slices, S at month`);
      assertClose(attention, expected.attention, `${count} slices, attention of slice`);
    }
    await session.release();
  });
}

Deno.test("outputsToSurvival() gives the curves of survivalFromOutputs() for every loss", () => {
  const random = createRandom(8, "outputs");
  const baseline = Float32Array.from({ length: 13 }, (_, k) => 0.02 * k ** 1.5);
  for (const kind of Object.keys(survivalLosses) as (keyof typeof survivalLosses)[]) {
    const columns = survivalLosses[kind].outputs === "bins" ? 12 : 1;
    const outputs = Float32Array.from({ length: 3 * columns }, () => 4 * random.uniform() - 2);
    const reading = { kind, bins: 12, tail: true, baseline };
    const curves = outputsToSurvival(tf.tensor2d(outputs, [3, columns]), reading).arraySync() as number[][];
    survivalFromOutputs(outputs, reading).forEach((curve, i) => assertClose(curves[i]!, curve, `${kind}, ${i}`));
  }
});

/** The backbone's last block with other numbers, so that a block that is left out shows. */
function changedBlock(): NonNullable<SurvivalModel["finalBlock"]> {
  const parameters = backbone.parameters as Record<string, unknown>;
  const at = (path: string) =>
    path.split(".").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], parameters);
  return Object.fromEntries(
    finalBlockNames(backbone.architecture).map((name) => {
      const { data, shape, dtype } = at(name) as NonNullable<SurvivalModel["finalBlock"]>[string];
      return [name, { shape, dtype, data: (data as Float32Array).map((value) => 1.25 * value) }];
    }),
  );
}

Deno.test("exportModel() says in the file what it is and what it takes", () => {
  const file = new TextDecoder("latin1").decode(exportModel(modelWith({ layers: 1 })));
  for (const text of ["not_in_graph", "weights_licence", "MIT", backbone.source.sha256, "from feet to head"]) {
    assert(file.includes(text), `${text} is not in the file`);
  }
  assertMatch(file, /months.{2,6}0 1 2 .* 23 24/s);
});

Deno.test("exportModel() refuses networks of volumes and heads with positions", () => {
  const model = modelWith({ layers: 1 });
  const volume = {
    ...model,
    backbone: { ...backbone, architecture: resNet3d18 },
    view: { ...model.view, kind: "volume" },
  };
  assertThrows(() => exportModel(volume as SurvivalModel), InputError, "volume");
  const aggregation = { kind: "self-attention", positions: "sinusoidal" } as const;
  assertThrows(() => exportModel(modelWith({ aggregation, layers: 1 })), InputError, "positions");
});
