/** Where files of weights are kept: `CTSURV_WEIGHTS_DIR`, else `data/weights`. */
export function weightsFolder(): string {
  return Deno.env.get("CTSURV_WEIGHTS_DIR") || "data/weights";
}
