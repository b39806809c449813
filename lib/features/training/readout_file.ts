import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import { efficientNetB0, type Linear } from "@ctsurv/nn/mod.ts";
import { decodeSafetensors, encodeSafetensors, refuseBadNumbers } from "@ctsurv/weights/mod.ts";
import { TISSUES } from "./_tissue_slices.ts";

/**
 * Encodes the readout of a trained backbone as a safetensors file of float32.
 *
 * @param metadata Texts for the header of the file.
 *
 * @example
 * ```ts
 * import { hostTensor } from "@ctsurv/ctsurv/engine";
 * import { decodeReadout, encodeReadout } from "@ctsurv/ctsurv/features/training";
 * import { assertEquals } from "@std/assert";
 *
 * const readout = {
 *   weight: hostTensor(new Float32Array(5 * 1280).fill(0.5), [5, 1280]),
 *   bias: hostTensor(new Float32Array(5), [5]),
 * };
 * const file = encodeReadout(readout, { seed: "1" });
 * assertEquals(decodeReadout(file, "readout.safetensors").metadata.get("seed"), "1");
 * ```
 */
export function encodeReadout(
  { weight, bias }: Linear<HostTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  return encodeSafetensors(
    new Map(
      Object.entries({ weight, bias }).map(([name, { shape, data }]) => [name, {
        shape,
        data: data as Float32Array,
      }]),
    ),
    metadata,
  );
}

/** A readout and the notes in its file. */
export interface ReadoutFile {
  /** From the features to tumour, lung, height, spiculation and necrosis: [5, 1280]. */
  readonly readout: Linear<HostTensor>;
  /** Texts in the header of the file, such as how it was trained. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Decodes the file of a readout.
 *
 * @param where The file's name, for messages.
 * @throws {InputError} If it is not such a file, or holds numbers that cannot be used.
 *
 * @example
 * ```ts
 * import { decodeReadout } from "@ctsurv/ctsurv/features/training";
 * import { assertThrows } from "@std/assert";
 *
 * const header = new TextEncoder().encode("{}"); // a safetensors file without a tensor
 * const file = Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...header);
 * assertThrows(() => decodeReadout(file, "empty.safetensors"), Error, "is no readout");
 * ```
 */
export function decodeReadout(file: Uint8Array<ArrayBuffer>, where: string): ReadoutFile {
  const { tensors, metadata } = decodeSafetensors(file, where);
  const read = (name: string, shape: readonly number[]) => {
    const entry = tensors.get(name);
    if (!entry || entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      throw new InputError(`${where} is no readout: it needs "${name}", F32 [${shape.join(", ")}]`);
    }
    const data = new Float32Array(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.length / 4);
    refuseBadNumbers(data, name, where);
    return hostTensor(data, shape);
  };
  const readout = {
    weight: read("weight", [TISSUES.length, efficientNetB0.features]),
    bias: read("bias", [TISSUES.length]),
  };
  return { readout, metadata };
}
