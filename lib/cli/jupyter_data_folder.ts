import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";

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
