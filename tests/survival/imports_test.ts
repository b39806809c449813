import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Everything that a file imports when it runs, without types and without what its comments show. */
function importsOf(path: string): string[] {
  const code = Deno.readTextFileSync(path).replaceAll(/\/\*\*[^]*?\*\//g, "");
  const statements = /(?:^|\n)(?:import|export)\s(?!type\s)(?:[^;"]*?\sfrom\s)?"([^"\n]+)"|import\("([^"\n]+)"\)/g;
  return [...code.matchAll(statements)].map(([, still, dynamic]) => (still ?? dynamic)!);
}

/** The files that a module loads, itself among them, and the specifiers that are no file of the project. */
function loadedBy(module: string): { readonly files: ReadonlySet<string>; readonly foreign: ReadonlySet<string> } {
  const files = new Set([module]), foreign = new Set<string>();
  for (const path of files) {
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith("@ctsurv/")) files.add(`${root}lib/${specifier.slice("@ctsurv/".length)}`);
      else if (specifier.startsWith(".")) files.add(fileURLToPath(new URL(specifier, `file://${path}`)));
      else foreign.add(specifier);
    }
  }
  return { files, foreign };
}

Deno.test("survival loads neither TensorFlow.js nor ONNX Runtime, and no folder but base", () => {
  const { files, foreign } = loadedBy(`${root}lib/survival/mod.ts`);
  assert(files.has(`${root}lib/survival/concordance/concordance.ts`) && files.size > 20, "the imports were not found");
  const folders = new Set([...files].map((path) => path.slice(`${root}lib/`.length).split("/")[0]!));
  assertEquals([...folders].sort(), ["base", "survival"]);
  assert(![...files].some((path) => path.includes("/deephit/")));
  // The packages of base: random numbers, and a progress bar that its mod.ts also exports.
  const packages = new Set([...foreign].filter((name) => !name.startsWith("node:")).map((name) => name.split("/")[0]!));
  assertEquals([...packages].filter((name) => name !== "pure-rand" && name !== "cli-progress"), []);
});

Deno.test("no file of survival imports a package, except that the losses import TensorFlow.js", () => {
  const { files: loaded } = loadedBy(`${root}lib/survival/losses/mod.ts`);
  const own = [...loaded, ...loadedBy(`${root}lib/survival/mod.ts`).files].filter((path) =>
    path.includes("/survival/")
  );
  const packages = [...new Set(own)].flatMap((path) =>
    importsOf(path).filter((name) => !/^(\.|@ctsurv\/|node:)/.test(name)).map((name) =>
      `${path.split("/").at(-1)}: ${name}`
    )
  );
  const files = ["_bin_masks", "_stable", "cox", "cross_entropy", "logistic_hazard", "loss", "mtlr", "pc_hazard"];
  assertEquals(packages.sort(), files.map((file) => `${file}.ts: @tensorflow/tfjs`));
});
