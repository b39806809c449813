import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import stateDicts from "../fixtures/state_dicts.json" with { type: "json" };
import { InputError, sha256, sizeOf } from "@ctsurv/base/mod.ts";
import { addWeights, encodeSafetensors, findPretrained, verifyWeights } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";

/** torchvision's state dict: names and shapes. */
const shapes = stateDicts.efficientnet_b0 as unknown as readonly (readonly [string, readonly number[]])[];

/** A file with all tensors of EfficientNet-B0, all zero. */
function zeros(note: string): Uint8Array<ArrayBuffer> {
  const tensors = shapes.map(([name, shape]) => [name, { shape, data: new Float32Array(sizeOf(shape)) }] as const);
  return encodeSafetensors(new Map(tensors), { note });
}

Deno.test("findPretrained() says how to get weights that are not there", async () => {
  await inFolder(async (dir) => {
    const { message } = await assertRejects(() => findPretrained("resnet50", dir), InputError, dir);
    assertStringIncludes(message, 'Run "ctsurv weights fetch resnet50.imagenet1k_v1" (103 MB)');
    assertStringIncludes(message, "https://download.pytorch.org/models/resnet50-0676ba61.pth");
    await assertRejects(() => findPretrained("resnet51", dir), InputError, 'no weights "resnet51"');
    await assertRejects(() => findPretrained("resnet50", `${dir}/none`), InputError, "fetch");
  });
});

Deno.test("findPretrained() refuses a damaged file", async () => {
  await inFolder(async (dir) => {
    const path = `${dir}/resnet50-0676ba61.pth`;
    await Deno.writeFile(path, new Uint8Array(3));
    const { message } = await assertRejects(() => findPretrained("resnet50", dir), InputError, "has 3 bytes");
    assertStringIncludes(message, `Delete ${path}`);
    await assertRejects(() => verifyWeights(dir), InputError, "has 3 bytes");
  });
});

Deno.test("addWeights() recognises a file by its names and shapes, and does not call it a published one", async () => {
  await inFolder(async (dir) => {
    const content = zeros("mine");
    await Deno.writeFile(`${dir}/mine.safetensors`, content);
    const added = await addWeights(`${dir}/mine.safetensors`, `${dir}/weights`);
    const hash = sha256(content);
    const path = `${dir}/weights/efficientnet_b0.unverified-${hash.slice(0, 8)}.safetensors`;
    assertEquals([added.path, added.sha256, added.isVerified], [path, hash, false]);
    assertEquals(added.entry.architecture, "efficientnet_b0");
    await Deno.writeTextFile(`${dir}/weights/efficientnet_b0.unverified-0.pth.1a2b.partial`, "half");
    const found = await findPretrained("efficientnet_b0", `${dir}/weights`);
    assertEquals([found.path, found.sha256, found.isVerified], [path, hash, false]);
    const verified = await verifyWeights(`${dir}/weights`);
    assertEquals(verified, [{ path, kind: "safetensors", tensors: 360, sha256: hash, isVerified: false }]);
    // A file is named for its own hash, and never stands in for the published one.
    await assertRejects(() => findPretrained("efficientnet_b0.ra_in1k", `${dir}/weights`), InputError, "are not in");

    await Deno.writeFile(`${dir}/other.safetensors`, zeros("other"));
    await addWeights(`${dir}/other.safetensors`, `${dir}/weights`);
    await assertRejects(
      () => findPretrained("efficientnet_b0", `${dir}/weights`),
      InputError,
      "several weights of efficientnet_b0",
    );
  });
});

Deno.test("addWeights() several times at once leaves one file, and nothing else", () =>
  inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/mine.safetensors`, zeros("mine"));
    await Promise.all(Array.from({ length: 4 }, () => addWeights(`${dir}/mine.safetensors`, `${dir}/weights`)));
    const names = (await Array.fromAsync(Deno.readDir(`${dir}/weights`))).map(({ name }) => name);
    assertEquals(names, [`efficientnet_b0.unverified-${sha256(zeros("mine")).slice(0, 8)}.safetensors`]);
  }));

Deno.test("addWeights() refuses a file of no known network, and what is no file of weights", async () => {
  await inFolder(async (dir) => {
    const other = new Map([["x", { shape: [1], data: new Float32Array(1) }]]);
    await Deno.writeFile(`${dir}/other.safetensors`, encodeSafetensors(other));
    await assertRejects(() => addWeights(`${dir}/other.safetensors`, dir), InputError, "not a file that ctsurv knows");
    await Deno.writeTextFile(`${dir}/text.pth`, "hello, hello");
    await assertRejects(() => addWeights(`${dir}/text.pth`, dir), InputError, "text.pth: not a valid checkpoint file");
    await assertRejects(() => addWeights(`${dir}/none.pth`, dir), InputError, "none.pth");
  });
});

Deno.test("verifyWeights() finds an empty or absent folder in order", async () => {
  assertEquals(await inFolder(verifyWeights), []);
  assertEquals(await verifyWeights("no/such/folder"), []);
});
