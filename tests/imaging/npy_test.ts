import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { type NpyData, readNpy, writeNpy } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../support/in_folder.ts";

/** numpy.save(numpy.arange(6, dtype=">i2").reshape(2, 3) - 2), numpy 2.4.6. */
const BIG_ENDIAN = npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }", [
  255,
  254,
  255,
  255,
  0,
  0,
  0,
  1,
  0,
  2,
  0,
  3,
]);

/** An `.npy` file with any header text and payload. */
function npy(header: string, payload: readonly number[], version = 1): Uint8Array {
  const padded = header.padEnd(Math.ceil((header.length + 13) / 64) * 64 - (version === 1 ? 11 : 13)) + "\n";
  const length = version === 1
    ? [padded.length & 255, padded.length >> 8]
    : [padded.length & 255, padded.length >> 8, 0, 0];
  const head = [0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length];
  return Uint8Array.from([...head, ...new TextEncoder().encode(padded), ...payload]);
}

function read(bytes: Uint8Array) {
  return inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/x.npy`, bytes);
    return await readNpy(`${dir}/x.npy`);
  });
}

const arrays: readonly NpyData[] = [
  Float16Array.of(1.5, -2, NaN, Infinity, 0, 65504),
  Float32Array.of(1.5, -2, NaN, Infinity, 0, 1e-38),
  Float64Array.of(1.1, 2, 3, 4, 5, 6),
  Int8Array.of(-128, 1, 2, 3, 4, 127),
  Uint8Array.of(0, 1, 2, 3, 4, 255),
  Int16Array.of(-1024, 1, 2, 3, 4, 3071),
  Uint16Array.of(0, 1, 2, 3, 4, 65535),
  Int32Array.of(-1, 1, 2, 3, 4, 2 ** 30),
  Uint32Array.of(0, 1, 2, 3, 4, 2 ** 32 - 1),
  BigInt64Array.of(-1n, 1n, 2n, 3n, 4n, 2n ** 62n),
  BigUint64Array.of(0n, 1n, 2n, 3n, 4n, 2n ** 63n),
];

for (const data of arrays) {
  Deno.test(`readNpy() undoes writeNpy(): ${data.constructor.name}`, async () => {
    await inFolder(async (dir) => {
      for (const shape of [[6], [2, 3], [1, 6, 1]]) {
        await writeNpy(`${dir}/x.npy`, { data, shape });
        assertEquals(await readNpy(`${dir}/x.npy`), { data, shape });
      }
    });
  });
}

Deno.test("writeNpy() writes NumPy's own bytes", async () => {
  await inFolder(async (dir) => {
    await writeNpy(`${dir}/x.npy`, { data: Float32Array.of(1, 2), shape: [2] });
    const expected = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 128, 63, 0, 0, 0, 64]);
    assertEquals(await Deno.readFile(`${dir}/x.npy`), expected);
    await assertRejects(() => writeNpy(`${dir}/y.npy`, { data: Float32Array.of(1, 2), shape: [3] }), RangeError);
  });
});

Deno.test("readNpy() reads single numbers, empty arrays, big-endian data and formats 2 and 3", async () => {
  const scalar = await read(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (), }", [7, 0, 0, 0]));
  assertEquals(scalar, { data: Int32Array.of(7), shape: [] });
  const empty = await read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", []));
  assertEquals(empty, { data: new Float32Array(), shape: [0, 3] });
  assertEquals(await read(BIG_ENDIAN), { data: Int16Array.of(-2, -1, 0, 1, 2, 3), shape: [2, 3] });
  for (const version of [2, 3]) {
    const { data } = await read(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", [5, 6], version));
    assertEquals(data, Uint8Array.of(5, 6));
  }
});

const refused: readonly [string, Uint8Array, string][] = [
  ["an empty file", new Uint8Array(), "not a NumPy .npy file"],
  ["another format", new TextEncoder().encode("PK\x03\x04 an npz archive"), "not a NumPy .npy file"],
  ["a format of the future", npy("{}", [], 4), "format 4"],
  ["a header cut off", BIG_ENDIAN.slice(0, 40), "cut off inside the .npy header"],
  ["elements cut off", BIG_ENDIAN.slice(0, -1), "needs 12 bytes, there are 11"],
  ["bytes too many", Uint8Array.from([...BIG_ENDIAN, 0]), "needs 12 bytes, there are 13"],
  ["Fortran order", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", [0, 0, 0, 0]), "ascontiguousarray"],
  ["Python objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", [128, 3]), "save it as float32"],
  ["records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", []), "cannot be read"],
  [
    "extended precision",
    npy("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", Array(16).fill(0)),
    '"<f16"',
  ],
  [
    "a shape without an end",
    npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${"1".repeat(60)}`, []),
    "cannot be read",
  ],
  ["a negative shape", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", []), "cannot be read"],
  ["code for a shape", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (exit(),), }", []), "cannot be read"],
  ["a hexadecimal shape", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0x1), }", []), "cannot be read"],
  [
    "a gigantic shape",
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", []),
    "cut off or damaged",
  ],
  ["no shape", npy("{'descr': '<f4', 'fortran_order': False}", []), "cannot be read"],
];

for (const [what, bytes, message] of refused) {
  Deno.test(`readNpy() refuses ${what}`, async () => {
    await assertRejects(() => read(bytes), InputError, message);
  });
}

Deno.test("readNpy() refuses a file that is not there", async () => {
  await assertRejects(() => readNpy("/nowhere/x.npy"), InputError, "/nowhere/x.npy: no such file");
});
