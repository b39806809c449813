import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type HostTensor, hostTensor, onnxEngine, type Tree } from "@ctsurv/engine/mod.ts";
import { canonicalOrientation, readVolume, type Shape, type Volume } from "@ctsurv/imaging/mod.ts";
import { hashParameters, uNetSpec } from "@ctsurv/nn/mod.ts";
import { r231Lungs, readR231 } from "@ctsurv/segmentation/mod.ts";
import golden from "../fixtures/r231_phantom.json" with { type: "json" };
import { hashedParameters } from "../support/golden.ts";
import { sharedData } from "../support/shared_data.ts";
import { testVolume } from "../support/test_volume.ts";
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
    const path = new URL(`../../data/weights/unet_r231-d5d2fc3d.${type}`, import.meta.url).pathname;
    if (await Deno.stat(path).catch(() => undefined)) return path;
  }
  return undefined;
}
