import { join } from "node:path";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import type { Command } from "../command.ts";

export interface JupyterDataFolderOptions {
  readonly os?: typeof Deno.build.os;
  /** Reads an environment variable. */
  readonly env?: (name: string) => string | undefined;
}

/**
 * The folder where Jupyter and VS Code look for what a user has installed: `JUPYTER_DATA_DIR`, else the system's custom
 * (jupyter_core's `jupyter_data_dir`).
 *
 * @throws {InputError} If the environment names no home folder.
 */
export function jupyterDataFolder(
  { os = Deno.build.os, env = (name) => Deno.env.get(name) }: JupyterDataFolderOptions = {},
): string {
  const given = env("JUPYTER_DATA_DIR");
  if (given) return given;
  const appData = env("APPDATA");
  if (os === "windows" && appData) return join(appData, "jupyter");
  const dataHome = env("XDG_DATA_HOME");
  if (os !== "windows" && os !== "darwin" && dataHome) return join(dataHome, "jupyter");
  const home = env(os === "windows" ? "USERPROFILE" : "HOME");
  if (!home) {
    throw new InputError("The environment names no home folder. Set JUPYTER_DATA_DIR to Jupyter's data folder");
  }
  if (os === "windows") return join(home, ".jupyter", "data");
  if (os === "darwin") return join(home, "Library", "Jupyter");
  return join(home, ".local", "share", "jupyter");
}

/** `ctsurv kernel`: registers this Deno as a kernel with Jupyter and VS Code. */
export const kernel: Command = {
  name: "kernel",
  summary: "Install the Deno kernel for JupyterLab and VS Code.",
  options: { force: { describe: "replace an existing kernel of the same name" } },
  async run({ options }) {
    // The name is what the notebooks' metadata ask for.
    const folder = join(jupyterDataFolder(), "kernels", "deno");
    const path = join(folder, "kernel.json");
    const deno = Deno.execPath();
    const spec = JSON.stringify(kernelSpec(deno), null, 2) + "\n";
    const found = await readIfThere(path);
    if (found !== undefined && found !== spec && !options.force) {
      throw new InputError(
        `${folder} already holds another kernel, left unchanged. Use --force to replace it. It contains\n${found}`,
      );
    }
    if (found !== spec) await writeAtomic(path, spec);
    return {
      text: [
        `The kernel "Deno" is ${found === spec ? "already " : ""}in ${folder}; it runs ${deno}`,
        ...isInNpxCache(deno)
          ? ["That file is in the cache of npx. Run this command again if the cache is emptied"]
          : [],
        'JupyterLab: run "jupyter lab" in this folder, open a notebook of notebooks/, choose Run > Run All Cells',
        "VS Code: open a notebook and choose Select Kernel > Jupyter Kernel > Deno",
      ].join("\n"),
      json: { folder, deno, written: found !== spec },
    };
  },
};

/**
 * Jupyter's kernel.json. Without colours, outputs are those that `reproduce` writes.
 *
 * The Stop button sends a signal, which the library takes as the wish to end the cell (`notebookProgress`). Told by a
 * message instead, Deno's kernel (2.9) breaks off whatever JavaScript runs next: that stops a loop without end, but of
 * a training it hits ONNX Runtime's callback, which takes the whole process down (measured, 3 of 3). On Windows there
 * is no such signal. The shell makes Deno ignore the signal until the library listens to it: before that, it would end
 * the kernel.
 */
function kernelSpec(deno: string) {
  const isWindows = Deno.build.os === "windows";
  return {
    argv: [
      ...isWindows ? [] : ["/bin/sh", "-c", `trap '' INT; exec "$0" "$@"`],
      deno,
      "jupyter",
      "--kernel",
      "--conn",
      "{connection_file}",
    ],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: isWindows ? "message" : "signal",
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
