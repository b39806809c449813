import asc from "assemblyscript/asc";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../lib/engine/fused/", import.meta.url));
const options = ["--optimizeLevel", "3", "--runtime", "stub", "--noAssert", "--importMemory", "--enable", "simd"];

/**
 * Compiles the WebAssembly of the fused AdamW from its AssemblyScript source.
 *
 * @throws {Error} What the compiler says, if the source is wrong.
 */
export async function compileKernel(): Promise<Uint8Array> {
  const source = await Deno.readTextFile(`${folder}_kernel.as`);
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["kernel.ts", "--outFile", "kernel.wasm", ...options], {
    readFile: (name) => name === "kernel.ts" ? source : null,
    writeFile: (_, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`The source does not compile: ${stderr}`, { cause: error });
  return binary;
}

if (import.meta.main) {
  const path = `${folder}_kernel.ts`;
  const text = (await compileKernel()).toBase64();
  const lines = text.match(/.{1,112}/g)!.map((line) => `  "${line}"`).join(" +\n");
  await Deno.writeTextFile(
    path,
    "/** _kernel.as, compiled: WebAssembly in base64. Written by tests/engine/fused/compile_kernel.ts. */\n" +
      `export const kernelBytes: string =\n${lines};\n`,
  );
}
