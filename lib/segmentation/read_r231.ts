import { InputError } from "@ctsurv/common/mod.ts";
import type { HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import { hashParameters, type UNet } from "@ctsurv/nn/mod.ts";
import { findEntries, type Float32Entry, openCheckpoint, type PretrainedFile } from "@ctsurv/weights/mod.ts";
import { isUnusedByR231, r231Parameters } from "./r231_parameters.ts";

/** The network of lungmask's R231. */
export interface R231Weights {
  readonly parameters: UNet<HostTensor>;
  /** Over names and numbers of all parameters, lower-case hex: the same whatever file they came from. */
  readonly sha256: string;
}

/**
 * Reads lungmask's R231 from the file that its authors publish, or from a safetensors file of the same state dict.
 *
 * @throws {InputError} If there is no such file, or it holds something else.
 */
export async function readR231(path: string): Promise<R231Weights> {
  if (!await Deno.stat(path).catch(() => undefined)) {
    const [{ url }] = findEntries("unet_r231") as [PretrainedFile];
    throw new InputError(`${path}: no such file. R231's weights are at ${url}; put them there`);
  }
  using file = await openCheckpoint(path);
  const tensors = new Map<string, Float32Entry>();
  for (const [name, { dtype, shape }] of file.tensors) {
    if (isUnusedByR231(name)) continue;
    const { data } = await file.read(name);
    if (!(data instanceof Float32Array)) throw new InputError(`${path}: "${name}" is ${dtype}, not float32`);
    tensors.set(name, { shape, data });
  }
  const parameters = r231Parameters(tensors, path);
  return { parameters, sha256: hashParameters(parameters as unknown as Tree<HostTensor>) };
}
