import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import golden from "../../fixtures/r231_phantom.json" with { type: "json" };
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { canonicalOrientation, readVolume, type Shape, type Volume } from "@ctsurv/imaging/mod.ts";
import { r231Lungs, r231Parameters, readR231 } from "@ctsurv/lungs/r231/r231_lungs.ts";
import { hashParameters, r231Shape, uNetSpec } from "@ctsurv/nn/mod.ts";
import { encodeSafetensors, type Float32Entry } from "@ctsurv/weights/mod.ts";
import { hashedParameters } from "../../support/golden.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";
import { testVolume } from "../../support/test_volume.ts";
import { drawSlice, inflate } from "./r231_fixtures.ts";

const drawn = hashedParameters(uNetSpec(golden.shape), golden.scale);
const parameters = { ...drawn, last: { ...drawn.last, bias: hostTensor(golden.lastBias, [3]) } };
const weights = { parameters, sha256: hashParameters(parameters as unknown as Tree<HostTensor>) };

function phantom(): Volume {
  const [slices, rows, columns] = golden.volume as [number, number, number];
  const hu = new Int16Array(slices * rows * columns);
  golden.ellipses.forEach((ellipses, i) => {
    const { noise, seed } = golden;
    hu.set(
      drawSlice({ rows, columns, ellipses, noise, dtype: "int16", seed: `/${seed}/${i}` }),
      i * rows * columns,
    );
  });
  return testVolume(hu, golden.volume as unknown as Shape, [3, 1, 1]);
}

for (const batch of [1, 2, 4]) {
  Deno.test(`r231Lungs() equals lungmask's LMInferer with another network in it, ${batch} slices at a time`, async () => {
    const segmenter = r231Lungs(onnxEngine(), weights, { batch });
    const mask = await segmenter.segment(phantom());
    // No pixel's two best logits are closer than golden.margin, so rounding changes no class.
    assert(golden.margin > 5e-6);
    assertEquals(mask, inflate(golden.expected).map((label) => label ? 1 : 0));
    await segmenter.dispose();
  });
}

Deno.test("r231Lungs() is named after its weights", () => {
  const { name } = r231Lungs(onnxEngine(), weights);
  assertStringIncludes(name, weights.sha256.slice(0, 8));
});

Deno.test("r231Lungs() with the authors' weights finds the lungs that lungmask finds in its test slices", async () => {
  const scan = sharedData("ct-cases/chest-slices");
  const path = await findWeights();
  if (!path) console.log("skipped: no unet_r231-d5d2fc3d.safetensors or .pth in data/weights");
  if (!path || !scan) return;
  const segmenter = r231Lungs(onnxEngine(), await readR231(path));
  const mask = await segmenter.segment(canonicalOrientation((await readVolume(scan)).volume));
  await segmenter.dispose();
  // lungmask's own tests/test_mask.py: 423000 voxels of background, 64752 and 36536 of lung.
  const voxels = mask.reduce((sum, voxel) => sum + voxel, 0);
  assertEquals([mask.length - voxels, voxels], [423000, 64752 + 36536]);
});

async function findWeights(): Promise<string | undefined> {
  for (const type of ["safetensors", "pth"]) {
    const path = new URL(`../../../data/weights/unet_r231-d5d2fc3d.${type}`, import.meta.url).pathname;
    if (await Deno.stat(path).catch(() => undefined)) return path;
  }
  return undefined;
}

/** Zeros of lungmask's names and shapes, unused tensors among them. */
function stateDict(): Map<string, Float32Entry> {
  const tensors = new Map<string, Float32Entry>();
  for (const { path, value: { shape } } of leaves(uNetSpec(r231Shape) as unknown as Tree<TensorSpec>, isSpec)) {
    tensors.set(path, { shape, data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)) });
  }
  tensors.set("down_path.0.residual_input_conv.bias", { shape: [2], data: Float32Array.of(1, 2) });
  tensors.set("down_path.0.block.2.num_batches_tracked", { shape: [], data: Float32Array.of(5) });
  return tensors;
}

Deno.test("readR231() reads lungmask's state dict, whose hash tells its numbers but not what is unused", async () => {
  await inFolder(async (dir) => {
    const path = join(dir, "r231.safetensors");
    const tensors = stateDict();
    const hash = () => hashParameters(r231Parameters(tensors, "memory") as unknown as Tree<HostTensor>);
    tensors.set("last.bias", { shape: [3], data: Float32Array.of(0.5, -1, 2) });
    await Deno.writeFile(path, encodeSafetensors(tensors));
    const { parameters, sha256 } = await readR231(path);
    assertEquals([...parameters.last.bias.data], [0.5, -1, 2]);
    assertEquals(parameters.down_path[4]!.block[3].weight.shape, [1024, 1024, 3, 3]);
    tensors.delete("down_path.0.residual_input_conv.bias");
    assertEquals(hash(), sha256);
    tensors.set("last.bias", { shape: [3], data: Float32Array.of(0.5, -1, 3) });
    assertNotEquals(hash(), sha256);
  });
});

Deno.test("readR231() reads the state dict under a prefix, and refuses numbers that cannot be used", async () => {
  await inFolder(async (dir) => {
    const path = join(dir, "r231.safetensors");
    const write = (tensors: ReadonlyMap<string, Float32Entry>) => Deno.writeFile(path, encodeSafetensors(tensors));
    await write(stateDict());
    const { sha256 } = await readR231(path);
    await write(new Map([...stateDict()].map(([name, entry]) => [`model.module.${name}`, entry])));
    assertEquals((await readR231(path)).sha256, sha256);
    await write(stateDict().set("last.bias", { shape: [3], data: Float32Array.of(0, NaN, 0) }));
    await assertRejects(() => readR231(path), InputError, '"last.bias" holds NaN');
  });
});

const one = (shape: readonly number[]): Float32Entry => ({
  shape,
  data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
});

const refused: readonly (readonly [name: string, entries: Record<string, Float32Entry>, message: string])[] = [
  ["a missing tensor", {}, '"down_path.0.block.0.weight" [64, 1, 3, 3] of lungmask\'s R231 is missing'],
  ["another shape", { "down_path.0.block.0.weight": one([64, 3, 3, 3]) }, "is [64, 3, 3, 3]; R231's is [64, 1, 3, 3]"],
  ["the lobes' weights", { "last.weight": one([6, 64, 1, 1]) }, "take unet_r231"],
  ["two classes", { "last.weight": one([2, 64, 1, 1]) }, "weights for 2 classes; R231 has 3"],
  ["another network", { "features.0.weight": one([3]) }, '"features.0.weight" is no tensor of lungmask\'s R231'],
];

for (const [name, entries, message] of refused) {
  Deno.test(`readR231() refuses ${name}`, async () => {
    await inFolder(async (dir) => {
      const path = join(dir, "r231.safetensors");
      await Deno.writeFile(path, encodeSafetensors(new Map(Object.entries(entries))));
      await assertRejects(() => readR231(path), InputError, message);
    });
  });
}

Deno.test("readR231() refuses whole numbers, and says where to get a file that is not there", async () => {
  await inFolder(async (dir) => {
    const path = join(dir, "r231.safetensors");
    const header = new TextEncoder().encode('{"last.bias":{"dtype":"I16","shape":[3],"data_offsets":[0,6]}}');
    const file = new Uint8Array(8 + header.length + 6);
    file[0] = header.length;
    file.set(header, 8);
    await Deno.writeFile(path, file);
    await assertRejects(() => readR231(path), InputError, '"last.bias" is int16, not float32');
    await assertRejects(() => readR231(join(dir, "none")), InputError, "no such file. R231's weights are at https://");
  });
});
