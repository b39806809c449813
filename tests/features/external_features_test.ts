import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/base/mod.ts";
import { featureSlug, readExternalFeatures, readFeatureFacts } from "@ctsurv/features/mod.ts";
import { writeNpy } from "@ctsurv/imaging/mod.ts";
import { encodeSafetensors } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const fixtures = fileURLToPath(new URL("../fixtures/external_features/", import.meta.url));
/** What tests/oracles/external_features.py saves. */
const numbers = Float32Array.from({ length: 12 }, (_, k) => k / 8 - 1);

const unknown = { age: null, tStage: null, nStage: null, mStage: null, overallStage: null, histology: null };
const cohort = ["A", "B", "C"].map((id, i) => ({
  id,
  record: { ...unknown, patient: id, gender: null, survivalDays: 300 + i, dead: true },
}));

/** A folder of features: files of NumPy's, or bytes, and the rows of the index. */
function withFolder<Result>(
  files: Readonly<
    Record<string, string | Uint8Array | { readonly shape: readonly number[]; readonly data?: Float32Array }>
  >,
  rows: readonly string[],
  use: (dir: string) => Promise<Result>,
): Promise<Result> {
  return inFolder(async (dir) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(dir, name);
      if (typeof content === "string") {
        await Deno.copyFile(join(fixtures, content), path);
      } else if (content instanceof Uint8Array) await Deno.writeFile(path, content);
      else await writeNpy(path, { data: content.data ?? numbers, shape: content.shape });
    }
    await Deno.writeTextFile(join(dir, "index.csv"), `patient,file\n${rows.map((row) => `${row}\n`).join("")}`);
    return await use(dir);
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

for (
  const name of [
    "float32.npy",
    "float16.npy",
    "float64.npy",
    "big_endian.npy",
    "float32.safetensors",
    "float16.safetensors",
  ]
) {
  Deno.test(`readExternalFeatures() reads ${name} as another program saved it`, () =>
    withFolder({ [name]: name }, [`A,${name}`], async (dir) => {
      const { patients, width, isPerSlice, skipped, others } = await readExternalFeatures(dir, cohort);
      assertEquals(patients.map(({ id, slices, features }) => [id, slices, features]), [["A", 3, numbers]]);
      assertEquals([width, isPerSlice, others], [4, true, 0]);
      assertEquals(skipped.map(({ patient }) => patient), ["B", "C"]);
      assertStringIncludes(skipped[0]!.reason, "no features");
    }));
}

Deno.test("readExternalFeatures() takes one vector a patient, in the order of the cohort, with their outcomes", () =>
  withFolder(
    { "a.npy": "vector.npy", "b.npy": { shape: [4], data: numbers.slice(4, 8) }, "z.npy": "vector.npy" },
    ["B,b.npy", "A,a.npy", "Z,z.npy"],
    async (dir) => {
      const { patients, isPerSlice, others, name } = await readExternalFeatures(dir, cohort);
      assertEquals(patients.map(({ id, features }) => [id, features]), [
        ["A", numbers.slice(0, 4)],
        ["B", numbers.slice(4, 8)],
      ]);
      assertEquals([isPerSlice, others, name], [false, 1, dir.split("/").at(-1)!]);
      assert(patients[0]!.followUp.months < patients[1]!.followUp.months);
    },
  ));

Deno.test("readExternalFeatures() turns slices round where features.json says head-to-feet; its hash tells files apart", () =>
  withFolder({ "a.npy": "float32.npy" }, ["A,a.npy"], async (dir) => {
    const before = await readExternalFeatures(dir, cohort);
    await Deno.writeTextFile(join(dir, "features.json"), JSON.stringify({ name: "Made up", slices: "head-to-feet" }));
    const turned = await readExternalFeatures(dir, cohort);
    assertEquals(
      turned.patients[0]!.features,
      Float32Array.of(...numbers.slice(8), ...numbers.slice(4, 8), ...numbers.slice(0, 4)),
    );
    assertEquals(turned.name, "Made up");
    assert(turned.hash !== before.hash && /^[0-9a-f]{64}$/.test(turned.hash));
    await writeNpy(join(dir, "a.npy"), { data: numbers.map((x) => x + 1), shape: [3, 4] });
    assert((await readExternalFeatures(dir, cohort)).hash !== turned.hash);
  }));

const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
const cut = (text: string) => {
  const padded = bytes(text.padEnd(117) + "\n");
  return Uint8Array.of(0x93, ...bytes("NUMPY"), 1, 0, padded.length, 0, ...padded, 1, 2, 3);
};
const nan = (at: number, value: number) => numbers.map((x, i) => i === at ? value : x);

for (
  const [what, files, rows, message] of [
    ["no such file", {}, ["A,a.npy"], "row 2: there is no file a.npy"],
    [
      "a patient twice",
      { "a.npy": "float32.npy", "b.npy": "float32.npy" },
      ["A,a.npy", "A,b.npy"],
      "the patient A stands in row 2 too",
    ],
    ["a file twice", { "a.npy": "float32.npy" }, ["A,a.npy", "B,a.npy"], "the file a.npy stands in row 2 too"],
    ["a way out of the folder", {}, ["A,../../etc/passwd.npy"], "no path below the folder"],
    ["a way out further down", {}, ["A,sub/../../a.npy"], "no path below the folder"],
    ["an absolute path", {}, ["A,/etc/hostname.npy"], "no path below the folder"],
    ["a path of Windows", {}, ["A,C:\\features\\a.npy"], "no path below the folder"],
    ["another kind of file", { "a.pkl": bytes("x") }, ["A,a.pkl"], "ends neither in .npy nor in .safetensors"],
    ["a row without a file", { "a.npy": "float32.npy" }, ["A,a.npy", "B,"], "no file for B"],
    ["no rows", {}, [], "has no patients"],
    ["Fortran order", { "a.npy": "fortran.npy" }, ["A,a.npy"], "ascontiguousarray"],
    ["whole numbers", { "a.npy": "integers.npy" }, ["A,a.npy"], "not whole numbers"],
    ["three axes", { "a.npy": "cube.npy" }, ["A,a.npy"], "shape (3, 2, 2)"],
    ["no slices", { "a.npy": { shape: [0, 4], data: new Float32Array() } }, ["A,a.npy"], "not empty"],
    ["a file that is cut off", { "a.npy": cut(header) }, ["A,a.npy"], "needs 48 bytes, there are 3"],
    [
      "a header without an end",
      { "a.npy": cut(header.replace("(3, 4)", `(${"1".repeat(60)}`)) },
      ["A,a.npy"],
      "header cannot be read",
    ],
    ["text", { "a.npy": bytes("patient,file\n") }, ["A,a.npy"], "not a NumPy .npy file"],
    ["NaN", { "a.npy": { shape: [3, 4], data: nan(6, NaN) } }, ["A,a.npy"], "feature 3 of row 2 is NaN"],
    ["infinity", { "a.npy": { shape: [12], data: nan(0, -Infinity) } }, ["A,a.npy"], "feature 1 of row 1 is -Infinity"],
    ["several tensors", { "a.safetensors": "two.safetensors" }, ["A,a.safetensors"], "the tensors a, b"],
    ["no safetensors", { "a.safetensors": bytes("no") }, ["A,a.safetensors"], "not a valid safetensors file"],
    [
      "other widths",
      { "a.npy": "float32.npy", "b.npy": { shape: [4, 3] } },
      ["A,a.npy", "B,b.npy"],
      "has 3 features, but",
    ],
    [
      "rows of some and vectors of others",
      { "a.npy": "float32.npy", "b.npy": "vector.npy" },
      ["A,a.npy", "B,b.npy"],
      "all patients need the same",
    ],
    [
      "nobody of the cohort",
      { "a.npy": "float32.npy" },
      ["LUNG1-001,a.npy"],
      "The first there is LUNG1-001, the first in the cohort A",
    ],
  ] as const
) {
  Deno.test(`readExternalFeatures() refuses ${what}`, () =>
    withFolder(files, rows, async (dir) => {
      await assertRejects(() => readExternalFeatures(dir, cohort), InputError, message);
    }));
}

Deno.test("readExternalFeatures() refuses a float64 beyond float32, a link out of the folder, and a folder without an index", () =>
  withFolder({}, ["A,a.npy"], async (dir) => {
    await writeNpy(join(dir, "a.npy"), { data: Float64Array.of(1, 1e300), shape: [2] });
    await assertRejects(() => readExternalFeatures(dir, cohort), InputError, "feature 2 of row 1 is 1e+300");
    await Deno.remove(join(dir, "a.npy"));
    await Deno.symlink(join(fixtures, "float32.npy"), join(dir, "a.npy"));
    await assertRejects(() => readExternalFeatures(dir, cohort), InputError, "leads out of the folder");
    await Deno.writeTextFile(join(dir, "index.csv"), "id,path\nA,a.npy\n");
    await assertRejects(() => readExternalFeatures(dir, cohort), InputError, 'has no column "patient"');
    await Deno.remove(join(dir, "index.csv"));
    await assertRejects(() => readExternalFeatures(dir, cohort), InputError, "with the columns patient,file");
    await assertRejects(() => readExternalFeatures(join(dir, "nowhere"), cohort), InputError, "no such folder");
  }));

Deno.test("readFeatureFacts() refuses what does not describe features, and featureSlug() a name without a letter", () =>
  inFolder(async (dir) => {
    for (
      const [text, message] of [
        ["{", "is not JSON"],
        ['{"slices": "upwards"}', "does not describe features"],
        ['{"name": ""}', "does not describe features"],
        ['{"weights": "here"}', "does not describe features"],
        [" ".repeat(200_000), "not a file of at most 100000 bytes"],
      ]
    ) {
      await Deno.writeTextFile(join(dir, "features.json"), text!);
      await assertRejects(() => readFeatureFacts(dir), InputError, message);
    }
    assertThrows(() => featureSlug("…"), InputError, "no letter or digit");
    assertEquals(featureSlug("Zürich/ResNet"), "zurich_resnet");
  }));

Deno.test("features of a patient may be float16 in safetensors of this project", () =>
  withFolder({}, ["A,a.safetensors"], async (dir) => {
    const file = encodeSafetensors(new Map([["features", { shape: [3, 4], data: Float16Array.from(numbers) }]]));
    await Deno.writeFile(join(dir, "a.safetensors"), file);
    assertEquals((await readExternalFeatures(dir, cohort)).patients[0]!.features, numbers);
  }));
