import { createRequire } from "node:module";
import { loadTensorflow } from "./load_tensorflow.ts";

// Loads the package whose module is named by the first argument, computes with it, and prints what it says of itself.
const entry = Deno.args[0]!;

/** The part of the package that is used here. */
interface Native {
  ones(shape: readonly number[]): unknown;
  matMul(a: unknown, b: unknown): { dataSync(): Float32Array };
}

try {
  const loaded = loadTensorflow(entry);
  const { matMul, ones } = createRequire(entry)(entry) as Native;
  const product = [...matMul(ones([2, 3]), ones([3, 2])).dataSync()];
  if (product.some((number) => number !== 3)) throw new Error(`it computes ${product} where every number is 3`);
  console.log(JSON.stringify(loaded));
} catch (error) {
  console.error((error as Error).message.trim().split("\n")[0]);
  Deno.exit(1);
}
