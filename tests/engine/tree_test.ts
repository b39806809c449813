import { assertEquals, assertThrows } from "@std/assert";
import { leaves, mapTree } from "@ctsurv/engine/mod.ts";

const isNumber = (node: unknown): node is number => typeof node === "number";
const tree = { "a.b": 1, a: { b: [2, 3] }, c: { "": 4 } };

Deno.test("leaves() gives the keys, also where one holds a dot, and the path", () => {
  assertEquals(leaves(tree, isNumber), [
    { keys: ["a.b"], path: "a.b", value: 1 },
    { keys: ["a", "b", "0"], path: "a.b.0", value: 2 },
    { keys: ["a", "b", "1"], path: "a.b.1", value: 3 },
    { keys: ["c", ""], path: "c.", value: 4 },
  ]);
  assertEquals(leaves(7, isNumber), [{ keys: [], path: "", value: 7 }]);
});

Deno.test("mapTree() keeps arrays and records, and is given the path", () => {
  assertEquals(mapTree(tree, isNumber, (value, path) => `${path}=${value}`), {
    "a.b": "a.b=1",
    a: { b: ["a.b.0=2", "a.b.1=3"] },
    c: { "": "c.=4" },
  });
  assertEquals(mapTree(7, isNumber, (value) => value + 1), 8);
});

Deno.test("leaves() and mapTree() say where something is neither leaf nor tree", () => {
  const broken = { a: [1, "two"] } as unknown as number;
  assertThrows(() => leaves(broken, isNumber), TypeError, 'at "a.1", got two');
  assertThrows(() => mapTree(broken, isNumber, String), TypeError, 'at "a.1", got two');
});
