import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { findTensorflow } from "@ctsurv/engine/eager/_tensorflow/find_tensorflow.ts";
import { createEngine, tryEngine } from "@ctsurv/engine/mod.ts";

const installed = findTensorflow().map(({ name }) => name);

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

Deno.test(
  "createEngine() takes ONNX Runtime where TensorFlow has no GPU (not where its package for one is installed)",
  { ignore: installed.includes("@tensorflow/tfjs-node-gpu") },
  async () => assertEquals((await createEngine("auto")).name, "onnx"),
);

Deno.test(
  "createEngine() of tensorflow says how to go on without it (not where it is installed)",
  { ignore: installed.length > 0 },
  async () => void await assertRejects(() => createEngine("tensorflow"), InputError, "CTSURV_ENGINE=onnx"),
);

Deno.test(
  "createEngine() of tensorflow names the versions of the package and of TensorFlow, and the device (only where it is installed)",
  { ignore: installed.length === 0 },
  async () => {
    const { name, description } = await createEngine("tensorflow");
    assertEquals(name, "tensorflow");
    assertMatch(description, /^@tensorflow\/tfjs-node(-gpu)? 4\.\d+\.\d+ \(TensorFlow 2\.\d+\.\d+, (GPU|processor)\)$/);
  },
);

Deno.test("createEngine() refuses an engine it does not know and lists those it does", async () => {
  for (const unknown of ["gpu", "onnx:tpu", "ONNX", "onnx:"]) {
    await assertRejects(() => createEngine(unknown), InputError, "choose one of auto, onnx, onnx:cpu");
  }
});

Deno.test("tryEngine() says what a GPU provider needs that is not there, and on the CPU finds nothing", async () => {
  await tryEngine(await createEngine("onnx"));
  await tryEngine(await createEngine("cpu"));
  for (const provider of ["webgpu", "cuda"]) {
    try {
      await tryEngine(await createEngine(`onnx:${provider}`));
    } catch (error) {
      // Not on a machine that has one.
      assert(error instanceof InputError);
      assertStringIncludes(error.message, `The engine onnx:${provider} cannot be used on this machine: `);
      assertStringIncludes(error.message, "Choose CTSURV_ENGINE=onnx, which runs on the processor");
    }
  }
});
