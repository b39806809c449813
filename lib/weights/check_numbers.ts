import { InputError } from "@ctsurv/base/mod.ts";

/**
 * Refuses numbers with which no network can be run: NaN or infinity, or a negative variance of a batch normalisation.
 *
 * @example Weights of a training that diverged
 * ```ts
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { refuseBadNumbers } from "@ctsurv/ctsurv/weights";
 * import { assertThrows } from "@std/assert";
 *
 * refuseBadNumbers(Float32Array.of(0.5, -0.5), "fc.weight", "resnet50.pth");
 * assertThrows(() => refuseBadNumbers(Float32Array.of(1, NaN), "fc.weight", "resnet50.pth"), InputError, "NaN");
 * assertThrows(() => refuseBadNumbers(Float32Array.of(-1), "bn1.running_var", "resnet50.pth"), InputError, "variance");
 * ```
 *
 * @param name Of the tensor: PyTorch calls variances `running_var`.
 * @param where The file, for the message.
 * @throws {InputError} With the tensor, the first such number and how many there are.
 */
export function refuseBadNumbers(data: Float32Array, name: string, where: string): void {
  const isVariance = /(^|\.)running_var$/.test(name);
  const isBad = isVariance ? (value: number) => !(value >= 0 && value < Infinity) : (value: number) => !isFinite(value);
  const first = data.findIndex(isBad);
  if (first === -1) return;
  let count = 0;
  for (const value of data) if (isBad(value)) count++;
  const value = data[first]!;
  const what = isFinite(value) ? `${value}, a negative variance` : `${value}`;
  throw new InputError(
    `${where}: "${name}" holds ${what} (${count} of its ${data.length} numbers cannot be used, the first at ${first}). ` +
      "The training that wrote the file diverged, or the file is damaged. Take an earlier checkpoint, or another file",
  );
}
