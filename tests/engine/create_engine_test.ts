import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { findTensorflow } from "@ctsurv/engine/eager/_tensorflow_engine.ts";
import { createEngine } from "@ctsurv/engine/mod.ts";

const tensorflow = findTensorflow().length > 0;

/** Names and descriptions: what was asked for is what provenance will say. */
const choices: Record<string, [name: string, description: RegExp]> = {
  onnx: ["onnx", /^onnxruntime-node \d+\.\d+\.\d+ \(cpu\)$/],
  "onnx:cpu": ["onnx", /\(cpu\)$/],
  "onnx:webgpu": ["onnx", /\(webgpu\)$/],
  "onnx:cuda": ["onnx", /\(cuda\)$/],
  wasm: ["wasm", /^tfjs-backend-wasm 4\./],
  cpu: ["cpu", /^tfjs-backend-cpu 4\./],
};
for (const [choice, [name, description]] of Object.entries(choices)) {
  Deno.test(`createEngine() makes ${choice}`, async () => {
    const engine = await createEngine(choice);
    assertEquals(engine.name, name);
    assertMatch(engine.description, description);
  });
}

Deno.test("createEngine() takes ONNX Runtime where TensorFlow is not installed", { ignore: tensorflow }, async () => {
  assertEquals((await createEngine("auto")).name, "onnx");
});

Deno.test("createEngine() of tensorflow says how to go on without it", { ignore: tensorflow }, async () => {
  await assertRejects(() => createEngine("tensorflow"), InputError, "CTSURV_ENGINE=onnx");
});

Deno.test("createEngine() refuses an engine it does not know and lists those it does", async () => {
  for (const unknown of ["gpu", "onnx:tpu", "ONNX", "onnx:"]) {
    await assertRejects(() => createEngine(unknown), InputError, "choose one of auto, onnx, onnx:cpu");
  }
});
