import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import ort from "onnxruntime-node";
import { PbfReader } from "pbf";
import { compile, cpuEngine, exportOnnx, float32, roundToHalf, tf, toUnitRange } from "@ctsurv/engine/mod.ts";
import { windowHu } from "@ctsurv/imaging/mod.ts";
import { createRandom } from "@ctsurv/base/mod.ts";

const options = { axis: "slices" };
const at = (columns: number) => (slices: number) => ({ hu: float32(slices, columns) });

/** Numbers of a session's first output. */
async function outputs(file: Uint8Array, hu: Float32Array, shape: readonly number[]) {
  const session = await ort.InferenceSession.create(file);
  const result = await session.run({ hu: new ort.Tensor("float32", hu, shape) });
  await session.release();
  return Object.fromEntries(Object.entries(result).map(([name, { dims, data }]) => [name, { dims, data }]));
}

/** Reshapes, slices, pads, tiles, joins and splits, each with numbers that depend on the length. */
function shuffled({ hu }: { readonly hu: tf.Tensor }) {
  const [slices, columns] = hu.shape as [number, number];
  const tokens = tf.concat([tf.zeros([1, columns]), tf.tile(hu, [2, 1])]);
  const heads = tf.transpose(tf.reshape(tokens, [2 * slices + 1, 2, columns / 2]), [1, 0, 2]);
  const scores = tf.softmax(tf.matMul(heads, heads, false, true));
  const attended = tf.reshape(tf.transpose(tf.matMul(scores, heads), [1, 0, 2]), [-1, columns]);
  const [first, rest] = tf.split(tf.pad(attended, [[0, 1], [0, 0]]), [slices, slices + 2]);
  return { own: tf.add(first!, tf.slice(rest!, [1, 0], [slices, columns])), ones: tf.fill([slices], 1) };
}

Deno.test("exportOnnx() gives the function's numbers for one, a few and many slices", async () => {
  const file = exportOnnx(shuffled, at(4), options);
  for (const slices of [1, 3, 40]) {
    const random = createRandom(1, `${slices}`);
    const hu = Float32Array.from({ length: 4 * slices }, () => random.uniform());
    const reference = await compile(cpuEngine(), shuffled, { hu: float32(slices, 4) });
    const expected = await reference.run({ hu: { data: hu, shape: [slices, 4], dtype: "float32" } });
    const { own, ones } = await outputs(file, hu, [slices, 4]);
    assertEquals([own!.dims, ones!.dims], [[slices, 4], [slices]]);
    const numbers = await expected.own.read();
    numbers.forEach((value, i) => assertAlmostEquals((own!.data as Float32Array)[i]!, value, 1e-6));
    assertEquals(ones!.data, new Float32Array(slices).fill(1));
  }
});

Deno.test("exportOnnx() computes the window in float64 and rounds to float16, as code on typed arrays does", async () => {
  const random = createRandom(2, "HU");
  const hu = Float32Array.from({ length: 200_000 }, () => 1800 * random.uniform() - 1200);
  const file = exportOnnx(
    ({ hu }) => ({ seen: roundToHalf(toUnitRange(hu, { low: -1000, high: 400 })) }),
    at(4),
    options,
  );
  const { seen } = await outputs(file, hu, [50_000, 4]);
  assertEquals(seen!.data, Float32Array.from(Float16Array.from(windowHu(hu.slice(), [-1000, 400]))));
});

Deno.test("exportOnnx() writes names, the open axis and metadata", () => {
  const file = exportOnnx(({ hu }) => ({ a: tf.mean(hu, 1), b: tf.sum(hu, 0) }), at(3), {
    ...options,
    metadata: { cohort: "LUNG1", months: "0 1 2" },
  });
  const { metadata, values } = decode(file);
  assertEquals(metadata, { cohort: "LUNG1", months: "0 1 2" });
  assertEquals(values, { hu: ["slices", 3], a: ["slices"], b: [3] });
});

Deno.test("exportOnnx() refuses what depends on the length in ways that a graph does not hold", () => {
  const refuse = (fn: (slices: number, hu: tf.Tensor) => tf.Tensor, message: string) =>
    assertThrows(() => exportOnnx(({ hu }) => ({ y: fn(hu.shape[0]!, hu) }), at(1), options), Error, message);
  refuse(
    (n, hu) => tf.add(hu, tf.tensor2d(Array.from({ length: n }, (_, i) => [i]))),
    "depends on the number of slices",
  );
  refuse((n) => tf.fill([n * n], 1), "otherwise than in proportion");
  refuse((n, hu) => Array.from({ length: n }).reduce<tf.Tensor>((x) => tf.exp(x), hu), "The number of operations");
  refuse((n, hu) => n > 8 ? tf.exp(hu) : tf.sqrt(hu), "depends on the number of slices");
});

/** Metadata, and the shapes of inputs and outputs by name, by the field numbers of onnx.proto3. */
function decode(file: Uint8Array) {
  const metadata: Record<string, string> = {};
  const values: Record<string, (string | number)[]> = {};
  const within = (pbf: PbfReader, read: (tag: number) => void) => pbf.readMessage((tag) => read(tag), null);
  new PbfReader(file).readFields((tag, _, pbf) => {
    if (tag === 14) {
      const entry: string[] = [];
      within(pbf, () => entry.push(pbf.readString()));
      metadata[entry[0]!] = entry[1]!;
    }
    if (tag !== 7) return;
    within(pbf, (part) => {
      if (part !== 11 && part !== 12) return;
      const dims: (string | number)[] = [];
      let name = "";
      const dimension = (field: number) => dims.push(field === 2 ? pbf.readString() : pbf.readVarint());
      within(pbf, (field) => {
        if (field === 1) name = pbf.readString();
        else if (field === 2) {
          within(pbf, () => within(pbf, (inner) => inner === 2 && within(pbf, () => within(pbf, dimension))));
        }
      });
      values[name] = dims;
    });
  }, null);
  return { metadata, values };
}
