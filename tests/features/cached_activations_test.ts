import { assert, assertEquals, assertRejects } from "@std/assert";
import goldens from "../fixtures/backbone_goldens.json" with { type: "json" };
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor, onnxEngine, type Tree } from "@ctsurv/engine/mod.ts";
import { cachedActivations } from "@ctsurv/features/cached_activations.ts";
import { type ActivationExtractor, activationExtractor, imageFeatureExtractor } from "@ctsurv/features/mod.ts";
import { findBackbone, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { calibrationSlices } from "@ctsurv/nn/seeded/seeded_backbone.ts";
import { finalBlockOptimiser } from "@ctsurv/training/fine_tuning/_final_block_optimiser.ts";
import { assertClose } from "../engine/agreement.ts";
import { hashedParameters } from "../support/golden.ts";
import { inFolder } from "../support/in_folder.ts";
import { finalBlockOf } from "../training/fine_tuning/final_blocks.ts";

/** Gives six numbers for a slice, and counts how often it is asked. */
function countingExtractor(
  sha256 = "weights",
  finalBlock?: readonly string[],
): ActivationExtractor & { readonly runs: number } {
  const { architecture, ...rest } = finalBlockOf("alexnet");
  let runs = 0;
  return {
    get runs() {
      return runs;
    },
    backbone: {
      ...rest,
      architecture: { ...architecture, ...finalBlock && { finalBlock } },
      source: { kind: "seeded", seed: 1, sha256 },
    },
    extract(slices) {
      runs++;
      const random = createRandom(slices[0]!, "activations");
      const data = Float32Array.from({ length: slices.length * 6 }, () => random.normal());
      return Promise.resolve({ count: slices.length, shape: [2, 3], data });
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

Deno.test("cachedActivations() computes once, and keeps float16", () =>
  inFolder(async (folder) => {
    const extractor = countingExtractor();
    const { data } = await countingExtractor().extract(slices);
    for (let time = 0; time < 2; time++) {
      const { count, shape, load } = await cachedActivations(extractor, { slices, key: "slices" }, folder);
      assertEquals([count, shape], [3, [2, 3]]);
      assertEquals(await load(), Float16Array.from(data));
    }
    assertEquals(extractor.runs, 1);
  }));

Deno.test("cachedActivations() keeps other slices, weights and cuts apart", () =>
  inFolder(async (folder) => {
    for (
      const [extractor, key] of [
        [countingExtractor(), "k"],
        [countingExtractor(), "l"],
        [countingExtractor("other weights"), "k"],
        [countingExtractor("weights", ["features.8"]), "k"],
      ] as const
    ) {
      await cachedActivations(extractor, { slices, key }, folder);
      assertEquals(extractor.runs, 1);
    }
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 4);
  }));

const damages: Record<string, (file: Uint8Array) => Uint8Array> = {
  "a flipped bit": (file) => file.with(file.length - 3, file.at(-3)! ^ 4),
  "its end missing": (file) => file.subarray(0, -4),
  "nothing in it": () => new Uint8Array(),
};
for (const [damage, apply] of Object.entries(damages)) {
  Deno.test(`cachedActivations() computes a file with ${damage} anew; one that is read meanwhile is refused`, () =>
    inFolder(async (folder) => {
      const extractor = countingExtractor();
      const before = await cachedActivations(extractor, { slices, key: "slices" }, folder);
      const whole = await before.load();
      const path = await onlyFile(folder);
      await Deno.writeFile(path, apply(await Deno.readFile(path)));
      await assertRejects(() => before.load(), InputError, "is missing or damaged. Run again");
      const again = await cachedActivations(extractor, { slices, key: "slices" }, folder);
      assertEquals(extractor.runs, 2);
      assertEquals(await again.load(), whole);
    }));
}

Deno.test("cachedActivations() refuses an activation that float16 cannot hold", () =>
  inFolder(async (folder) => {
    const extract: ActivationExtractor["extract"] = () =>
      Promise.resolve({ count: 1, shape: [2], data: Float32Array.of(1, 70000) });
    await assertRejects(
      () => cachedActivations({ ...countingExtractor(), extract }, { slices, key: "slices" }, folder),
      InputError,
      "beyond float16",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

/** A backbone with the goldens' weights, for small slices. */
function hashedBackbone(name: "efficientnet_b0" | "r3d_18", size: number) {
  const architecture = { ...findBackbone(name), size };
  const parameters = hashedParameters(architecture.spec() as object, goldens.scale[name]) as Tree<HostTensor>;
  return { architecture, parameters, source: { kind: "seeded", seed: 0, sha256: name } as const };
}

for (const [name, size, depths] of [["efficientnet_b0", 64, [11, 1]], ["r3d_18", 16, [5, 3]]] as const) {
  Deno.test(`activationExtractor: what ${name} gives at the cut becomes its features in the final block`, async () => {
    const backbone = hashedBackbone(name, size);
    const engine = onnxEngine();
    const cut = await activationExtractor(engine, backbone);
    const block = finalBlockOptimiser(engine, backbone, { learningRate: 1 });
    for (const depth of depths) {
      const slices = calibrationSlices(depth, size, depth);
      const { count, shape, data } = await cut.extract(slices);
      assertEquals(count, name === "r3d_18" ? 1 : depth);
      const features = await block.features(block.start.parameters, [{ count, shape, data: Float16Array.from(data) }]);
      const whole = await imageFeatureExtractor(engine, backbone, {
        shape: name === "r3d_18" ? [depth, size, size] : [size, size],
        prepare: (images) => toNetworkInput(images, backbone.architecture),
        batch: 1,
      });
      const expected = await whole.extract(slices);
      await whole.dispose();
      const dims = [count, backbone.architecture.features];
      assertClose(hostTensor(features, dims), hostTensor(expected, dims), `${depth} slices`, { tolerance: 2e-3 });
      assert(features.some((x) => Math.abs(x) > 0.01));
    }
    for (const part of [cut, block]) await part.dispose();
  });
}
