import { assertEquals } from "@std/assert";
import { type HostTensor, onnxEngine, type Tree } from "@ctsurv/engine/mod.ts";
import { calibrationSlices, efficientNetB0, hashParameters, resNet3d18, toNetworkInput } from "@ctsurv/nn/mod.ts";
import { imageEmbedder, sliceEmbedder, viewEmbedder } from "@ctsurv/training/mod.ts";
import goldens from "../fixtures/backbone_goldens.json" with { type: "json" };
import { hashedParameters } from "../support/golden.ts";

const engine = onnxEngine();
function backboneOf(base: typeof efficientNetB0, size: number) {
  const architecture = { ...base, size };
  const scale = goldens.scale[architecture.name as keyof typeof goldens.scale];
  const parameters = hashedParameters(base.spec() as object, scale) as Tree<HostTensor>;
  return { architecture, parameters, source: { kind: "seeded", seed: 0, sha256: hashParameters(parameters) } as const };
}

Deno.test("viewEmbedder() gives a view of slices what sliceEmbedder() gives each of them", async () => {
  const backbone = backboneOf(efficientNetB0, 64);
  const slices = calibrationSlices(3, 64, 1);
  const [viewed, single] = [
    await viewEmbedder(engine, backbone, { kind: "slice", slices: 3, size: 64 }),
    await sliceEmbedder(engine, backbone),
  ];
  const [found, expected] = [await viewed.embed(slices), await single.embed(slices)];
  assertEquals(found.length, 3 * 1280);
  const apart = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  assertEquals(apart < 1e-5, true, `${apart}`);
  await viewed.dispose();
  await single.dispose();
});

Deno.test("viewEmbedder() takes volumes of any depth, each as one image", async () => {
  const backbone = backboneOf(resNet3d18, 32);
  const viewed = await viewEmbedder(engine, backbone, { kind: "volume", slices: "all", size: 32 });
  for (const depth of [5, 9, 5]) {
    const volume = calibrationSlices(depth, 32, depth);
    const found = await viewed.embed(volume);
    const alone = await imageEmbedder(engine, backbone, {
      shape: [depth, 32, 32],
      prepare: (images) => toNetworkInput(images, resNet3d18),
      batch: 1,
    });
    assertEquals(found, await alone.embed(volume));
    assertEquals(found.length, 512);
    await alone.dispose();
  }
  await viewed.dispose();
});
