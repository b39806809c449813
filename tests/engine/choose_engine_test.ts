import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { chooseEngine } from "@ctsurv/engine/_choose_engine.ts";
import { findTensorflow } from "@ctsurv/engine/eager/_tensorflow/find_tensorflow.ts";
import { compile, tf } from "@ctsurv/engine/mod.ts";
import { lockedOptions } from "../support/locked_run.ts";
import { evaluate, vector } from "./agreement.ts";

/** A folder with `@tensorflow/tfjs-node-gpu`, whose module is this text. Its binding is a file that is no library. */
async function withPackage<T>(module: string, use: (from: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const root = join(folder, "node_modules", "@tensorflow", "tfjs-node-gpu");
    await Deno.mkdir(join(root, "lib", "napi-v8"), { recursive: true });
    const manifest = { name: "@tensorflow/tfjs-node-gpu", version: "4.22.0", main: "index.js" };
    await Deno.writeTextFile(join(root, "package.json"), JSON.stringify(manifest));
    await Deno.writeTextFile(join(root, "lib", "napi-v8", "tfjs_binding.node"), "no library");
    await Deno.writeTextFile(join(root, "index.js"), module);
    return await use(join(folder, "project", "engine.ts"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A package that loads, is on a GPU or not, and multiplies matrices of ones. */
const loads = (isUsingGpuDevice: boolean, product: number) => `
  exports.findBackend = () => ({ binding: { TF_Version: "2.9.1" }, isUsingGpuDevice: ${isUsingGpuDevice} });
  exports.ones = (shape) => shape;
  exports.matMul = () => ({ dataSync: () => Float32Array.of(${product}, 3, 3, 3) });
`;

/** What is installed, and what `auto` says of it. */
const installed: Readonly<Record<string, readonly [module: string, why: RegExp]>> = {
  "whose binding is no library": [
    'require("./lib/napi-v8/tfjs_binding.node");',
    /^@tensorflow\/tfjs-node-gpu is installed, but cannot be used: .*tfjs_binding\.node/,
  ],
  "that throws": [
    'throw new Error("libcudart.so.11.0: not found\\nmore");',
    /cannot be used: libcudart\.so\.11\.0: not found$/,
  ],
  "that ends the process": ["process.abort();", /cannot be used: it ends the process that loads it, by SIG/],
  "that exits": ["process.exit(3);", /cannot be used: exit code 3$/],
  "that finds no GPU": [loads(false, 3), /^@tensorflow\/tfjs-node-gpu is installed, but finds no GPU$/],
  "that computes wrongly": [loads(true, 0), /cannot be used: it computes 0,3,3,3 where every number is 3$/],
  "that lacks its kernels": [loads(true, 3), /cannot be used: The kernel '.*' for backend 'tensorflow'/],
};
for (const [name, [module, why]] of Object.entries(installed)) {
  Deno.test(`auto takes ONNX Runtime beside a package for the GPU ${name}, and says why`, async () => {
    const engine = await withPackage(module, chooseEngine);
    assertEquals(engine.name, "onnx");
    assertMatch(engine.chosen!.why, why);
    assert(!engine.chosen!.why.includes("\n") && !engine.chosen!.isUsual);
    const [sum] = await evaluate(engine, ([x]) => [tf.add(x!, 1)], [vector(1, 2)]);
    assertEquals([...sum!.data], [2, 3]);
  });
}

Deno.test("auto takes ONNX Runtime where there is no package for the GPU, as almost everywhere", async () => {
  for (const from of ["/ctsurv/lib/engine/engine.ts", "https://example.com/engine.ts"]) {
    const { name, chosen } = await chooseEngine(from);
    assertEquals([name, chosen!.isUsual], ["onnx", true]);
    assertStringIncludes(chosen!.why, "@tensorflow/tfjs-node-gpu is not installed");
  }
});

Deno.test("auto takes WebAssembly where ONNX Runtime does not load, and says why", async () => {
  // Without the right to load libraries, ONNX Runtime's does not load.
  const script = `
    const { createEngine } = await import(${JSON.stringify(import.meta.resolve("@ctsurv/engine/mod.ts"))});
    const { name, chosen } = await createEngine("auto");
    const refused = await createEngine("onnx").catch((error) => error);
    console.log(JSON.stringify([name, chosen.why, refused.name, refused.message]));
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const args = ["run", ...lockedOptions, "--no-prompt", "--allow-read", "--allow-env", "--allow-sys", file];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const text = new TextDecoder();
    const [name, why, error, message] = JSON.parse(text.decode(stdout) || text.decode(stderr)) as string[];
    assertEquals([name, error], ["wasm", "InputError"]);
    assertMatch(why!, /^@tensorflow.*, and ONNX Runtime does not load on this machine: /);
    assert(!why!.includes("Choose"));
    assertMatch(message!, /^ONNX Runtime does not load on this machine: .*Choose CTSURV_ENGINE=wasm/);
  } finally {
    await Deno.remove(file);
  }
});

const [native] = findTensorflow();
Deno.test({
  name: "auto takes TensorFlow where it computes on a GPU (skipped where no native package is installed)",
  ignore: native === undefined,
  async fn() {
    // The package that is there, said to be the one with a GPU.
    const module = `
      const tf = require(${JSON.stringify(native?.entry)});
      const { binding } = tf.findBackend("tensorflow");
      module.exports = { ones: tf.ones, matMul: tf.matMul, findBackend: () => ({ binding, isUsingGpuDevice: true }) };
    `;
    await withPackage(module, async (from) => {
      const engine = await chooseEngine(from);
      assertEquals([engine.name, engine.chosen!.why], ["tensorflow", "@tensorflow/tfjs-node-gpu computes on a GPU"]);
      assertMatch(engine.description, /^@tensorflow\/tfjs-node-gpu 4\.22\.0 \(TensorFlow \d.*, GPU\)$/);
      assertEquals(tf.getBackend(), "cpu");
      const program = await compile(engine, ({ x }) => tf.neg(x), { x: { shape: [2], dtype: "float32" } });
      assertEquals([...await (await program.run({ x: vector(1, 2) })).read()], [-1, -2]);
    });
  },
});
