import { createEngine, type Engine, onnxEngine } from "@ctsurv/engine/mod.ts";

/** The engine that `CTSURV_TEST_ENGINE` names, on which the tests of engine, nn, survival and training run. */
export const chosen: string = Deno.env.get("CTSURV_TEST_ENGINE") || "onnx";

/** {@linkcode chosen}, made once. ONNX Runtime has one thread here, so that its sums do not depend on the machine. */
export const engineUnderTest: Engine = chosen === "onnx" ? onnxEngine({ threads: 1 }) : await createEngine(chosen);

/**
 * Registers a test that holds for some engines only. On another it is skipped, and its name says why.
 *
 * @param not Why it cannot hold, by the name of an engine; `eager` is every engine but onnx.
 */
export function testUnless(
  not: Readonly<Record<string, string>>,
  name: string,
  fn: () => void | Promise<void>,
): void {
  const reason = not[engineUnderTest.name] ?? (engineUnderTest.name === "onnx" ? undefined : not.eager);
  if (reason === undefined) Deno.test(name, fn);
  else Deno.test.ignore(`${name} (not on ${chosen}: ${reason})`, fn);
}
