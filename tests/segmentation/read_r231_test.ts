import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";
import { type HostTensor, isSpec, leaves, type TensorSpec, type Tree } from "@ctsurv/engine/mod.ts";
import { hashParameters, r231Shape, uNetSpec } from "@ctsurv/nn/mod.ts";
import { readR231 } from "@ctsurv/segmentation/mod.ts";
import { encodeSafetensors, type Float32Entry } from "@ctsurv/weights/mod.ts";
import { r231Parameters } from "../../lib/segmentation/r231_parameters.ts";
import { inFolder } from "../support/in_folder.ts";

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
