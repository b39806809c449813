import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError, readChecked, writeChecked } from "@ctsurv/base/mod.ts";
import { cachedFeatures, type FeatureCacheOptions } from "@ctsurv/features/cached_features.ts";
import type { SliceFeatureExtractor } from "@ctsurv/features/feature_extractor.ts";
import { type Backbone, efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const features = 5;

function backbone(sha256: string): Backbone {
  const source = { kind: "seeded", seed: 1, sha256 } as const;
  return { architecture: { ...efficientNetB0, features }, parameters: {}, source };
}

/** Makes five numbers of one, which float16 cannot hold, and counts how often. */
function countingExtractor(): SliceFeatureExtractor & { readonly runs: number } {
  let runs = 0;
  return {
    get runs() {
      return runs;
    },
    macsPerSlice: 0,
    extract(slices) {
      runs++;
      const random = createRandom(slices[0]!, "features");
      return Promise.resolve(Float32Array.from({ length: slices.length * features }, () => random.normal()));
    },
    dispose: () => Promise.resolve(),
  };
}

const slices = Float32Array.of(1, 2, 3);

async function onlyFile(folder: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  assertEquals(names.length, 1, `${names}`);
  return join(folder, names[0]!);
}

for (const precision of ["float32", "float16"] as const) {
  Deno.test(`cachedFeatures() extracts once, and gives the same ${precision} numbers when reading`, () =>
    inFolder(async (folder) => {
      const extractor = countingExtractor();
      const get = () =>
        cachedFeatures(extractor, backbone("weights"), { slices, key: "slices" }, { folder, precision });
      const [computed, read] = [await get(), await get()];
      assertEquals(extractor.runs, 1);
      assertEquals(read, computed);
      const exact = await countingExtractor().extract(slices);
      assertEquals(computed.length, 3 * features);
      assertEquals(computed, precision === "float32" ? exact : Float32Array.from(Float16Array.from(exact)));
      assertEquals(precision === "float32", computed.every((value, i) => value === exact[i]));
    }));
}

const damages: Record<string, (file: Uint8Array) => Uint8Array> = {
  "a flipped bit": (file) => file.with(file.length - 3, file.at(-3)! ^ 4),
  "its end missing": (file) => file.subarray(0, -4),
  "nothing but its head": (file) => file.subarray(0, 100),
  "something at its end": (file) => Uint8Array.of(...file, 0),
  "nothing in it": () => new Uint8Array(),
  "something else in it": () => new TextEncoder().encode("not features\n{}\n"),
};
for (const [damage, apply] of Object.entries(damages)) {
  Deno.test(`cachedFeatures() computes a file with ${damage} anew`, () =>
    inFolder(async (folder) => {
      const extractor = countingExtractor();
      const get = () => cachedFeatures(extractor, backbone("weights"), { slices, key: "slices" }, { folder });
      const computed = await get();
      const path = await onlyFile(folder), whole = await Deno.readFile(path);
      await Deno.writeFile(path, apply(whole));
      assertEquals(await get(), computed);
      assertEquals(extractor.runs, 2);
      assertEquals(await Deno.readFile(path), whole);
      assertEquals(await get(), computed);
      assertEquals(extractor.runs, 2);
    }));
}

Deno.test("cachedFeatures() keeps other slices, weights, architectures, precisions, readouts and intensities apart", () =>
  inFolder(async (folder) => {
    const extractor = countingExtractor();
    const one = backbone("a");
    const other = { ...one, architecture: { ...one.architecture, name: "other" } };
    const asked: [Backbone, key: string, Partial<FeatureCacheOptions>][] = [
      [one, "k", {}],
      [one, "l", {}],
      [backbone("b"), "k", {}],
      [other, "k", {}],
      [one, "k", { precision: "float16" }],
      [one, "k", { at: "penultimate" }],
      [one, "k", { intensities: { mean: 0.5, std: 0.25 } }],
      [one, "k", { intensities: { mean: 0.5, std: 0.5 } }],
    ];
    const found: Float32Array[] = [];
    for (const [i, [weights, key, options]] of asked.entries()) {
      found.push(await cachedFeatures(extractor, weights, { slices: Float32Array.of(i), key }, { folder, ...options }));
    }
    assertEquals(extractor.runs, asked.length);
    for (const [i, [weights, key, options]] of asked.entries()) {
      const again = await cachedFeatures(extractor, weights, { slices: Float32Array.of(99), key }, {
        folder,
        ...options,
      });
      assertEquals(again, found[i]);
      assert(found.every((features, j) => i === j || features[0] !== again[0]));
    }
    assertEquals(extractor.runs, asked.length);
  }));

Deno.test("cachedFeatures() does not serve a file that was copied over another", () =>
  inFolder(async (folder) => {
    const extractor = countingExtractor();
    const get = (at: string, weights: string, key: string, first: number) =>
      cachedFeatures(extractor, backbone(weights), { slices: Float32Array.of(first), key }, {
        folder: join(folder, at),
      });
    await get("mine", "a", "k", 1);
    for (const [i, [weights, key]] of ([["a", "l"], ["b", "k"]] as const).entries()) {
      const computed = await get(`other ${i}`, weights, key, 2 + i);
      await Deno.copyFile(await onlyFile(join(folder, "mine")), await onlyFile(join(folder, `other ${i}`)));
      assertEquals(await get(`other ${i}`, weights, key, 2 + i), computed);
    }
    assertEquals(extractor.runs, 5);
  }));

Deno.test("cachedFeatures() refuses what float16 cannot hold, and computes again what an earlier version kept as NaN", () =>
  inFolder(async (folder) => {
    const extractor = (value: number) => ({ extract: () => Promise.resolve(new Float32Array(features).fill(value)) });
    const get = (value: number, precision: "float16" | "float32") =>
      cachedFeatures(extractor(value), backbone("a"), { slices, key: "one" }, { folder, precision });
    await assertRejects(() => get(1e6, "float16"), InputError, "beyond float16");
    await get(1, "float32");
    const path = await onlyFile(folder);
    const known = await readChecked<{ identity: object; shape: readonly number[] }>(path);
    await writeChecked(path, known!.header, new Float32Array(features).fill(NaN));
    assertEquals([...await get(2, "float32")], [2, 2, 2, 2, 2]);
    assertEquals([...await get(3, "float32")], [2, 2, 2, 2, 2]);
  }));
