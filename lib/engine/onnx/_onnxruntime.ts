import { InputError } from "@ctsurv/base/mod.ts";
import type ort from "onnxruntime-node";

/** ONNX Runtime, or why it does not load: its package has no library for some processors and systems. */
const loaded: { readonly ort: typeof ort } | { readonly cause: unknown } = await import("onnxruntime-node").then(
  ({ default: ort }) => ({ ort }),
  (cause: unknown) => ({ cause }),
);

/**
 * ONNX Runtime.
 *
 * @throws {InputError} If it does not load on this machine.
 */
export function onnxRuntime(): typeof ort {
  if ("ort" in loaded) return loaded.ort;
  const reason = (loaded.cause as Error).message.trim().split("\n")[0];
  throw new InputError(
    `ONNX Runtime does not load on this machine: ${reason}. Choose CTSURV_ENGINE=wasm, which is slow but runs everywhere`,
    { cause: loaded.cause },
  );
}
