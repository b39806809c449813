import { join } from "node:path";
import { InputError, writeAtomic } from "@ctsurv/common/mod.ts";
import type { Command } from "./command.ts";
import { jupyterDataFolder } from "./jupyter_data_folder.ts";

/** `ctsurv kernel`: tells Jupyter and VS Code of this Deno. */
export const kernel: Command = {
  name: "kernel",
  summary: "Install the Deno kernel for JupyterLab and VS Code, with a Stop button that works.",
  options: { force: { describe: "replace another kernel of the same name" } },
  async run({ options }) {
    // The name is what the notebooks' metadata ask for.
    const folder = join(jupyterDataFolder(), "kernels", "deno");
    const path = join(folder, "kernel.json");
    const deno = Deno.execPath();
    const spec = JSON.stringify(kernelSpec(deno), null, 2) + "\n";
    const found = await readIfThere(path);
    if (found !== undefined && found !== spec && !options.force) {
      throw new InputError(
        `${folder} holds another kernel, which stays as it is; --force replaces it. It says\n${found}`,
      );
    }
    if (found !== spec) await writeAtomic(path, spec);
    return {
      text: [
        `The kernel "Deno" is ${found === spec ? "already " : ""}in ${folder}; it runs ${deno}`,
        ...isInNpxCache(deno) ? ["That file is in npx's cache: should the cache be emptied, run this once more"] : [],
        'JupyterLab: run "jupyter lab" in this folder, open a notebook of notebooks/, choose Run > Run All Cells',
        "VS Code: open a notebook and choose Select Kernel > Jupyter Kernel > Deno",
      ].join("\n"),
      json: { folder, deno, written: found !== spec },
    };
  },
};

/**
 * Jupyter's kernel.json. What `deno jupyter --install` writes has no `interrupt_mode`: then the Stop button sends a
 * signal, and that ends the kernel. Without colours, outputs are those that `reproduce` writes.
 */
function kernelSpec(deno: string) {
  return {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: "message",
    env: { NO_COLOR: "1" },
  };
}

function isInNpxCache(path: string): boolean {
  return /[\\/]_npx[\\/]/.test(path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
