import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { type HostTensor, hostTensor, onnxEngine, type Tree } from "@ctsurv/engine/mod.ts";
import { calibrationSlices, efficientNetB0, efficientNetB0Spec, hashParameters, resNet3d18 } from "@ctsurv/nn/mod.ts";
import { sliceEmbedder } from "@ctsurv/training/mod.ts";
import { assertClose } from "../engine/agreement.ts";
import goldens from "../fixtures/backbone_goldens.json" with { type: "json" };
import { hashedParameters } from "../support/golden.ts";

const architecture = { ...efficientNetB0, size: 64 };
const parameters = hashedParameters(efficientNetB0Spec(), goldens.scale.efficientnet_b0) as unknown as Tree<HostTensor>;
const source = { kind: "seeded", seed: 0, sha256: hashParameters(parameters) } as const;
const embedder = await sliceEmbedder(onnxEngine(), { architecture, parameters, source });
const pixels = architecture.size ** 2;
const slices = calibrationSlices(11, architecture.size, 1);
const embedded = await embedder.embed(slices);

/** Features of some slices. */
const rows = (features: Float32Array, from: number, count: number) =>
  hostTensor(features.slice(1280 * from, 1280 * (from + count)), [count, 1280]);

Deno.test("sliceEmbedder: a slice's features do not depend on its place, nor on how full the batch is", async () => {
  assertEquals(embedded.length, 11 * 1280);
  for (const [from, count] of [[0, 8], [8, 3], [5, 1], [3, 7]] as const) {
    const alone = await embedder.embed(slices.slice(from * pixels, (from + count) * pixels));
    assertClose(rows(alone, 0, count), rows(embedded, from, count), `${count} slices from ${from}`, {
      tolerance: 1e-6,
    });
  }
});

Deno.test("sliceEmbedder: different slices have different features", () => {
  for (let i = 1; i < 11; i++) {
    const [a, b] = [rows(embedded, i - 1, 1).data, rows(embedded, i, 1).data];
    assert(Math.max(...a.map((value, k) => Math.abs(value - b[k]!))) > 0.05, `slices ${i - 1} and ${i}`);
  }
});

Deno.test("sliceEmbedder: embed() tells how many slices each batch did, and takes none", async () => {
  const told: number[] = [];
  await embedder.embed(slices, (done) => told.push(done));
  assertEquals(told, [8, 3]);
  assertEquals(await embedder.embed(new Float32Array()), new Float32Array());
});

Deno.test("sliceEmbedder: a slice of 224 x 224 takes the 0.3845 GMAC of B0 without its classifier", async () => {
  const full = await sliceEmbedder(onnxEngine(), { architecture: efficientNetB0, parameters, source });
  assertEquals(full.macsPerSlice, 384_534_752);
  await full.dispose();
});

Deno.test("sliceEmbedder refuses a backbone of volumes", async () => {
  const backbone = { architecture: resNet3d18, parameters: {}, source };
  await assertRejects(() => sliceEmbedder(onnxEngine(), backbone), InputError, "ResNet3d-18 takes volumes");
});
