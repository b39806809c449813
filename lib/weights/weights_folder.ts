import { fileURLToPath } from "node:url";

/** Where files of weights are kept: `CTSURV_WEIGHTS_DIR`, else `data/weights` of this checkout. */
export function weightsFolder(): string {
  return Deno.env.get("CTSURV_WEIGHTS_DIR") || fileURLToPath(new URL("../../data/weights", import.meta.url));
}
