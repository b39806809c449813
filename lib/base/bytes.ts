/**
 * The bytes from `start` to `end`, copied to the beginning of a buffer of their own, so that they can become any typed
 * array. The method `slice` of a `Uint8Array` does so too, but that of a Node `Buffer` gives a view of the old buffer,
 * whose byte 0 is that of the whole file or of a pool. What zlib unpacks is a `Buffer`.
 *
 * @example Two numbers that begin at an odd byte of what was unpacked
 * ```ts
 * import { gunzipSync, gzipSync } from "node:zlib";
 * import { copyBytes } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const unpacked = gunzipSync(gzipSync(Uint8Array.of(255, 1, 0, 2, 0)));
 * assertEquals([...new Int16Array(copyBytes(unpacked, 1).buffer)], [1, 2]);
 * ```
 *
 * @param end Default: the end of `bytes`.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}

/**
 * Numbers in memory that threads share, so that a message to a thread does not copy them. Those that are there already
 * are given back as they are.
 *
 * @example
 * ```ts
 * import { inSharedMemory } from "@ctsurv/ctsurv/base";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const features = inSharedMemory(Float32Array.of(1, 2, 3));
 * assertEquals([...features], [1, 2, 3]);
 * assert(inSharedMemory(features) === features);
 * ```
 */
export function inSharedMemory(numbers: Float32Array): Float32Array {
  if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
  const shared = new Float32Array(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  return shared;
}
