import { assertEquals } from "@std/assert";
import { kernelBytes } from "@ctsurv/engine/fused/_kernel.ts";
import { compileKernel } from "./compile_kernel.ts";

Deno.test("the committed WebAssembly is what its source compiles to, byte for byte", async () => {
  assertEquals((await compileKernel()).toBase64(), kernelBytes);
});

Deno.test("the committed WebAssembly asks for memory and nothing else", () => {
  const module = new WebAssembly.Module(Uint8Array.fromBase64(kernelBytes));
  assertEquals(WebAssembly.Module.imports(module), [{ module: "env", name: "memory", kind: "memory" }]);
});
