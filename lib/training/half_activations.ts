import { InputError } from "@ctsurv/common/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";

/**
 * Activations at a cut as float16, in which fine-tuning takes them.
 *
 * @throws {InputError} If one is beyond float16, 65504.
 */
export function halfActivations(
  data: Float32Array,
  { title }: Pick<BackboneArchitecture, "title">,
): Float16Array<ArrayBuffer> {
  const half = Float16Array.from(data);
  if (half.every(Number.isFinite)) return half;
  throw new InputError(
    `${title}: activations beyond float16, in which the final block takes them. Train the final layer alone`,
  );
}
