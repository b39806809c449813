import { assertEquals, assertThrows } from "@std/assert";
import { packValue, unpackValue } from "@ctsurv/base/mod.ts";

function throughJson(value: unknown): unknown {
  const { json, bytes } = packValue(value);
  return unpackValue({ json: JSON.parse(JSON.stringify(json)), bytes });
}

Deno.test("a packed value comes back with its types, its order and every bit", () => {
  const value = {
    shape: [2, 3],
    isTrained: true,
    nothing: null,
    losses: [.1 + .2, -0, Infinity, -Infinity, 5e-324],
    head: { weight: Float32Array.of(1e-45, -0, NaN), bias: Float64Array.of(Math.PI), half: Float16Array.of(.1) },
    counts: [Int32Array.of(-1, 2 ** 31 - 1), Uint8Array.of(255, 0, 7)],
    empty: new Float32Array(),
    text: 'with "quotes"\nand lines',
  };
  const back = throughJson(value) as typeof value;
  assertEquals(back, value);
  assertEquals(Object.keys(back), Object.keys(value));
  assertEquals(Object.is(back.losses[1], -0), true);
  assertEquals(Number.isNaN(throughJson(NaN)), true);
});

Deno.test("unpacked arrays do not share memory, and a part of an array is packed alone", () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  const { json, bytes } = packValue([whole.subarray(1, 3), whole]);
  assertEquals(bytes.length, 8 + 16);
  const [part, all] = unpackValue({ json, bytes }) as [Float32Array, Float32Array];
  part[0] = 9;
  assertEquals([[...part], [...all], [...whole]], [[9, 3], [1, 2, 3, 4], [1, 2, 3, 4]]);
});

Deno.test("what is undefined in a record is left out", () => {
  assertEquals(throughJson({ a: undefined, b: 1 }), { b: 1 });
});

Deno.test("packValue() refuses what would come back as something else, and says where it is", () => {
  const refused: readonly [unknown, string][] = [
    [{ head: { initialise: () => 1 } }, 'not a function, at "value.head.initialise"'],
    [[1, new Map()], 'not a object, at "value.1"'],
    [{ date: new Date(0) }, 'not a object, at "value.date"'],
    [{ seed: 1n }, 'not a bigint, at "value.seed"'],
    [[undefined], 'not a undefined, at "value.0"'],
    [new DataView(new ArrayBuffer(8)), 'A DataView cannot be packed, at "value"'],
  ];
  for (const [value, message] of refused) assertThrows(() => packValue(value), TypeError, message);
});
