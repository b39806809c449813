import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom } from "@ctsurv/base/mod.ts";
import { main } from "@ctsurv/cli/main.ts";
import { readNpy, writeNpy } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

/** What a call of the command line prints, with its exit code. */
async function call(...args: string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const lines: string[] = [];
  const print = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    return { code: await main(args), stdout: lines.join("\n") };
  } finally {
    console.log = print;
  }
}

Deno.test("features and its alias embed write the same features and print the same", () =>
  inFolder(async (dir) => {
    const [input, output] = [join(dir, "x.npy"), join(dir, "y.npy")];
    const random = createRandom(1, "images");
    const shape = [2, 3, 32, 32];
    await writeNpy(input, { data: Float32Array.from({ length: 2 * 3 * 32 * 32 }, () => random.between(-2, 2)), shape });
    const args = ["--backbone", "efficientnet_b0", "--input", input, "--output", output];
    const printed = await call("features", ...args);
    const written = await readNpy(output);
    assertEquals([printed.code, written.shape], [0, [2, 1280]]);
    assertStringIncludes(printed.stdout, "2 images, 1280 features each");
    assert([...written.data].every(Number.isFinite) && written.data.some((value) => value !== written.data[0]));
    await Deno.remove(output);
    assertEquals(await call("embed", ...args), printed);
    assertEquals(await readNpy(output), written);
  }));
