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
import { decodeSafetensors, encodeSafetensors, refuseBadNumbers } from "@ctsurv/weights/mod.ts";

/** The lung U-Net: background and lung, 455,986 numbers. */
export const unetShape: UNetShape = { width: 8, depth: 5, classes: 2 };

/** The weights that this project ships. */
export const shippedWeights = new URL("../../../data/lungs/unet.safetensors", import.meta.url);

/** A trained network and its file. */
export interface UNetWeights {
  /** The network's parameters, all float32. */
  readonly parameters: UNet<HostTensor>;
  /** SHA-256 of the file, lower-case hex; its first eight digits are in the segmenter's name. */
  readonly sha256: string;
  /** Texts in the header of the file, such as how the network was trained. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Encodes a network as a safetensors file: float32 tensors under the names of the parameter tree.
 *
 * @param metadata Texts for the header of the file.
 *
 * @example
 * ```ts
 * import type { HostTensor } from "@ctsurv/ctsurv/engine";
 * import { decodeUNet, encodeUNet } from "@ctsurv/ctsurv/lungs";
 * import { seededParameters, type UNet, uNetSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { width: 8, depth: 5, classes: 2 };
 * const parameters = seededParameters(uNetSpec(shape), 42, (_, shape) => {
 *   return new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.5);
 * }) as UNet<HostTensor>;
 *
 * const file = encodeUNet(parameters, { trained: "never" });
 * assertEquals(decodeUNet(file, "unet.safetensors").metadata.get("trained"), "never");
 * ```
 */
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
 * Decodes the file of a lung U-Net of this project's shape: width 8, depth 5, background and lung.
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If it is not such a file, or holds numbers that cannot be used.
 *
 * @example
 * ```ts
 * import { decodeUNet } from "@ctsurv/ctsurv/lungs";
 * import { assertThrows } from "@std/assert";
 *
 * const header = new TextEncoder().encode("{}"); // a safetensors file without a tensor
 * const file = Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...header);
 * assertThrows(() => decodeUNet(file, "empty.safetensors"), Error, "the lung U-Net has");
 * ```
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
    const data = new Float32Array(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.length / 4);
    refuseBadNumbers(data, path, where);
    return hostTensor(data, shape);
  });
  return { parameters: parameters as unknown as UNet<HostTensor>, sha256: sha256(file), metadata };
}

/**
 * Reads a network from disk.
 *
 * @param path Default: the shipped network.
 * @throws {InputError} If the file does not exist, or holds something else.
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
