import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import { type UNet, type UNetShape, uNetSpec } from "@ctsurv/nn/mod.ts";
import { decodeSafetensors, encodeSafetensors } from "@ctsurv/weights/mod.ts";

/** The lung U-Net: background and lung, 455,986 numbers. */
export const unetShape: UNetShape = { width: 8, depth: 5, classes: 2 };

/** The weights that this project ships. */
export const shippedWeights = new URL("../../../data/lungs/unet.safetensors", import.meta.url);

/** A trained network. */
export interface UNetWeights {
  readonly parameters: UNet<HostTensor>;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The file of a network: float32 tensors by the names of the parameter tree. */
export function encodeUNet(
  parameters: UNet<HostTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const all = leaves(parameters as unknown as Tree<HostTensor>, isSpec as (node: unknown) => node is HostTensor);
  return encodeSafetensors(
    new Map(all.map(({ path, value: { shape, data } }) => [path, { shape, data: data as Float32Array }])),
    metadata,
  );
}

/**
 * Reads the file of a network of {@linkcode unetShape}.
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If it is not that.
 */
export function decodeUNet(file: Uint8Array<ArrayBuffer>, where: string): UNetWeights {
  const { tensors, metadata } = decodeSafetensors(file, where);
  const spec = uNetSpec(unetShape) as unknown as Tree<TensorSpec>;
  const expected = leaves(spec, isSpec).length;
  if (tensors.size !== expected) {
    throw new InputError(`${where}: holds ${tensors.size} tensors; the lung U-Net has ${expected}`);
  }
  const parameters = mapTree(spec, isSpec, ({ shape }, path) => {
    const entry = tensors.get(path);
    if (!entry || entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      const found = entry ? `${entry.dtype} [${entry.shape.join(", ")}]` : "nothing";
      throw new InputError(`${where}: the lung U-Net needs "${path}", F32 [${shape.join(", ")}]; found ${found}`);
    }
    return hostTensor(new Float32Array(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.length / 4), shape);
  });
  return { parameters: parameters as unknown as UNet<HostTensor>, sha256: sha256(file), metadata };
}

/**
 * Reads a network from disk.
 *
 * @param path Default: the shipped one.
 * @throws {InputError} If there is no such file, or it holds something else.
 */
export async function readUNet(path: string | URL = shippedWeights): Promise<UNetWeights> {
  const where = path instanceof URL ? decodeURIComponent(path.pathname) : path;
  try {
    return decodeUNet(await Deno.readFile(path), where);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`${where}: no such file. "deno task train-lungs" makes it`);
    }
    throw error;
  }
}
