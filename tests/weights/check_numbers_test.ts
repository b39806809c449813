import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import stateDicts from "../fixtures/state_dicts.json" with { type: "json" };
import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import { float32 } from "@ctsurv/engine/mod.ts";
import { createBackbone } from "@ctsurv/features/mod.ts";
import { cpuEngine } from "@ctsurv/engine/mod.ts";
import {
  addWeights,
  encodeSafetensors,
  loadWeights,
  openCheckpoint,
  refuseBadNumbers,
  verifyWeights,
} from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const shapes = stateDicts.efficientnet_b0 as unknown as readonly (readonly [string, readonly number[]])[];

/** A file with all tensors of EfficientNet-B0, zero but for one number. */
function fileWith(name: string, value: number, at = 0): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(
    new Map(shapes.map(([tensor, shape]) => {
      const data = new Float32Array(sizeOf(shape));
      if (tensor === name) data[at] = value;
      return [tensor, { shape, data }];
    })),
  );
}

Deno.test("refuseBadNumbers() lets variances of 0 and negative weights pass, and counts what cannot be used", () => {
  refuseBadNumbers(Float32Array.of(0, 1), "bn1.running_var", "net.pth");
  refuseBadNumbers(Float32Array.of(-1, 3e38), "bn1.weight", "net.pth");
  const refused = (name: string, ...numbers: number[]) =>
    assertThrows(() => refuseBadNumbers(Float32Array.from(numbers), name, "net.pth"), InputError).message;
  assertEquals(
    refused("fc.weight", 1, NaN, -Infinity).split(". ")[0],
    'net.pth: "fc.weight" holds NaN (2 of its 3 numbers cannot be used, the first at 1)',
  );
  assertEquals(refused("running_var", -0.5).includes('"running_var" holds -0.5, a negative variance'), true);
  assertEquals(refused("bn.running_var", Infinity).includes("holds Infinity"), true);
});

Deno.test("weights with NaN, infinity or a negative variance are refused wherever they are read", async () => {
  const bad = [["features.0.0.weight", NaN], ["classifier.1.bias", Infinity], [
    "features.0.1.running_var",
    -1e-3,
  ]] as const;
  for (const [name, value] of bad) {
    await inFolder(async (dir) => {
      const path = `${dir}/own.safetensors`;
      await Deno.writeFile(path, fileWith(name, value, 2));
      await assertRejects(
        () => addWeights(path, `${dir}/weights`),
        InputError,
        `"${name}" holds ${Math.fround(value)}`,
      );
      assertEquals(await Deno.stat(`${dir}/weights`).catch(() => "none"), "none");
      await assertRejects(() => createBackbone("efficientnet_b0", cpuEngine(), { file: path }), InputError, name);
      await Deno.rename(path, `${dir}/efficientnet_b0.unverified-00000000.safetensors`);
      await assertRejects(() => verifyWeights(dir), InputError, name);
      await assertRejects(
        () => createBackbone("efficientnet_b0", cpuEngine(), { weights: "pretrained", weightsFolder: dir }),
        InputError,
        name,
      );
    });
  }
});

Deno.test("loadWeights() refuses a number beyond float32", () =>
  inFolder(async (dir) => {
    // float64 in safetensors: one number, 1e300.
    const header = new TextEncoder().encode('{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}   ');
    const file = new Uint8Array(8 + header.length + 8);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(header, 8);
    new DataView(file.buffer).setFloat64(8 + header.length, 1e300, true);
    await Deno.writeFile(`${dir}/x.safetensors`, file);
    using checkpoint = await openCheckpoint(`${dir}/x.safetensors`);
    await assertRejects(() => loadWeights({ x: float32(1) }, checkpoint), InputError, '"x" holds Infinity');
  }));
