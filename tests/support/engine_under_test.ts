import { createEngine, type Engine, onnxEngine } from "@ctsurv/engine/mod.ts";

/** The engine that `CTSURV_TEST_ENGINE` names, on which the tests of engine, nn, survival and training run. */
export const chosen: string = Deno.env.get("CTSURV_TEST_ENGINE") || "onnx";

/** {@linkcode chosen}, made once. ONNX Runtime has one thread here, so that its sums do not depend on the machine. */
export const engineUnderTest: Engine = chosen === "onnx" ? onnxEngine({ threads: 1 }) : await createEngine(chosen);

/**
 * Registers a test that cannot hold on another engine than `onnx`, ONNX Runtime on the processor. There it is skipped,
 * and its name says why.
 */
export function testOnOnnx(reason: string, name: string, fn: () => void | Promise<void>): void {
  if (chosen === "onnx") Deno.test(name, fn);
  else Deno.test.ignore(`${name} (not on ${chosen}: ${reason})`, fn);
}
