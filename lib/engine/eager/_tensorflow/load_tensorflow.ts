import { createRequire } from "node:module";

/** What a native package says of itself once it is loaded. */
export interface LoadedTensorflow {
  /** The version of TensorFlow's C library: `2.21.0`. */
  readonly library: string;
  /** Whether it computes on a GPU. */
  readonly isOnGpu: boolean;
}

/** The part of the package's backend that is used here. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * Loads a native package, which adds its backend and kernels to tfjs and makes that backend the current one.
 *
 * @param entry The path of its module.
 * @throws {Error} If its binding does not load.
 */
export function loadTensorflow(entry: string): LoadedTensorflow {
  const require = createRequire(entry);
  defineMissing(require("node:util") as Record<string, unknown>);
  // Deno imports no package of a folder above the project; `require` looks there, as Node does.
  const { findBackend } = require(entry) as { findBackend(name: string): NativeBackend };
  const { binding, isUsingGpuDevice } = findBackend("tensorflow");
  return { library: binding.TF_Version, isOnGpu: isUsingGpuDevice };
}

/** Every operation of the package calls a function that Node 23 took out of `node:util`, and so Deno 2.9. */
function defineMissing(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
