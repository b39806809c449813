import { assertEquals } from "@std/assert";
import { compile, float32, onnxEngine, tf, traceMacs } from "@ctsurv/engine/mod.ts";

Deno.test("traceMacs() counts what compile() counts, without making anything that runs", async () => {
  const product = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
  const signature = { a: float32(3, 5), b: float32(5, 7) };
  const program = await compile(onnxEngine(), product, signature);
  assertEquals([traceMacs(product, signature), program.macs], [105, 105]);
  await program.dispose();
});
