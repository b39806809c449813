import { InputError } from "@ctsurv/common/mod.ts";
import type { HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import { hashParameters, type UNet } from "@ctsurv/nn/mod.ts";
import { decodeSafetensors, type Float32Entry } from "@ctsurv/weights/mod.ts";
import { isUnusedByR231, r231Parameters } from "./r231_parameters.ts";

/** The network of lungmask's R231. */
export interface R231Weights {
  readonly parameters: UNet<HostTensor>;
  /** Over names and numbers of all parameters, lower-case hex: the same whatever file they came from. */
  readonly sha256: string;
}

/** Where the authors publish the weights (Apache-2.0). */
const SOURCE = "https://github.com/JoHof/lungmask/releases/download/v0.0/unet_r231-d5d2fc3d.pth";

/**
 * Reads lungmask's R231 from a safetensors file of its state dict.
 *
 * @throws {InputError} If there is no such file, or it holds something else.
 */
export async function readR231(path: string): Promise<R231Weights> {
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`${path}: no such file. Get ${SOURCE} and save its state dict as safetensors under this name`);
  }
  const tensors = new Map<string, Float32Entry>();
  for (const [name, { dtype, shape, bytes }] of decodeSafetensors(file, path).tensors) {
    if (isUnusedByR231(name)) continue;
    if (dtype !== "F32") throw new InputError(`${path}: "${name}" is ${dtype}; R231's tensors are F32`);
    tensors.set(name, { shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) });
  }
  const parameters = r231Parameters(tensors, path);
  return { parameters, sha256: hashParameters(parameters as unknown as Tree<HostTensor>) };
}
