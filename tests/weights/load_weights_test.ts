import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { float32 } from "@ctsurv/engine/mod.ts";
import { encodeSafetensors, findEntries, loadWeights, type NamedShape, openCheckpoint } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const spec = { conv: { weight: float32(2, 3) }, layers: [{ bias: float32(2) }] };
const weight = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const bias = { shape: [2], data: Float32Array.of(7, 8) };

/** Runs with a safetensors file of these tensors. */
async function withFile<T>(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  return await inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/file.safetensors`, encodeSafetensors(new Map(Object.entries(tensors))));
    return await use(`${dir}/file.safetensors`);
  });
}

Deno.test("loadWeights() fills a tree by name, and leaves BatchNorm's step counts out", async () => {
  const step = { shape: [], data: Float32Array.of(9) };
  await withFile({ "layers.0.bias": bias, "conv.weight": weight, "bn.num_batches_tracked": step }, async (path) => {
    using checkpoint = await openCheckpoint(path);
    const { conv, layers } = await loadWeights(spec, checkpoint);
    assertEquals([conv.weight.shape, [...conv.weight.data]], [[2, 3], [1, 2, 3, 4, 5, 6]]);
    assertEquals([layers[0]!.bias.dtype, [...layers[0]!.bias.data]], ["float32", [7, 8]]);
  });
});

Deno.test("loadWeights() lists all that does not fit in one message", async () => {
  const wrong = { "conv.weight": { shape: [3, 2], data: weight.data }, extra: bias };
  await withFile(wrong, async (path) => {
    using checkpoint = await openCheckpoint(path);
    const { message } = await assertRejects(() => loadWeights(spec, checkpoint), InputError, path);
    assertStringIncludes(message, "1 missing (layers.0.bias)");
    assertStringIncludes(message, "1 unexpected (extra)");
    assertStringIncludes(message, "conv.weight: float32 [3,2], where [2,3] of floats is wanted");
  });
});

Deno.test("loadWeights() refuses integers where floats are wanted", async () => {
  using checkpoint = await openCheckpoint(
    new URL("../fixtures/checkpoints/good/zip_types.pth", import.meta.url).pathname,
  );
  const others = (name: string) => name !== "i32";
  const refused = () => loadWeights({ i32: float32(2) }, checkpoint, { ignore: others });
  await assertRejects(refused, InputError, "i32: int32 [2]");
});

Deno.test("loadWeights() makes float32 of floats of any width", async () => {
  using checkpoint = await openCheckpoint(
    new URL("../fixtures/checkpoints/good/zip_types.pth", import.meta.url).pathname,
  );
  const floats = { f64: float32(2), f16: float32(2, 2), bf16: float32(2) };
  const ignore = (name: string) => !(name in floats);
  const { f64, f16, bf16 } = await loadWeights(floats, checkpoint, { ignore });
  assertEquals([...f64.data, ...f16.data, ...bf16.data], [1.5, -2.25, 1, 0.5, -65504, 6.103515625e-05, 1, -3.140625]);
  assertEquals(f64.data.constructor, Float32Array);
});

Deno.test("loadWeights() takes a map of names and shapes, and says so when two become one", async () => {
  const rename = ({ name }: NamedShape) => ({ name: "conv.weight", shape: name === "old" ? [2, 3] : [6] });
  const flat = { shape: [6], data: weight.data };
  await withFile({ old: flat }, async (path) => {
    using checkpoint = await openCheckpoint(path);
    const { conv } = await loadWeights({ conv: spec.conv }, checkpoint, { rename });
    assertEquals(conv.weight.shape, [2, 3]);
  });
  await withFile({ old: flat, older: flat }, async (path) => {
    using checkpoint = await openCheckpoint(path);
    const both = () => loadWeights({ conv: spec.conv }, checkpoint, { rename });
    await assertRejects(both, InputError, 'both "old" and "older" are conv.weight');
  });
});

Deno.test("R231's residual convolutions are left out by its entry's rule, and by nothing else", async () => {
  const residual = { "down_path.0.residual_input_conv.weight": bias, "conv.weight": weight };
  await withFile(residual, async (path) => {
    using checkpoint = await openCheckpoint(path);
    await assertRejects(() => loadWeights({ conv: spec.conv }, checkpoint), InputError, "residual_input_conv");
    const { conv } = await loadWeights({ conv: spec.conv }, checkpoint, findEntries("unet_r231")[0]!);
    assertEquals([...conv.weight.data], [...weight.data]);
  });
});
