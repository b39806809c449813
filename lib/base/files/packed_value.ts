/**
 * A value as JSON with its typed arrays beside it, so that every number comes back as it was: JSON has no typed arrays,
 * no infinity and no -0.
 */
export interface PackedValue {
  /** What JSON can hold; typed arrays, and the numbers that JSON lacks, are named in their places. */
  readonly json: unknown;
  /** The numbers of all typed arrays, one after the other, each at a multiple of 8 bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The typed arrays that can be packed. */
const arrays = { Float64Array, Float32Array, Float16Array, Int32Array, Uint8Array };
type ArrayKind = keyof typeof arrays;

/** The name of the place of what JSON cannot hold. */
const PLACE = "$ctsurv";

/**
 * Packs records, arrays, text, numbers, truth values and typed arrays. What is `undefined` in a record is left out.
 *
 * @example A head's parameters and its loss
 * ```ts
 * import { packValue, unpackValue } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const trained = { weight: { shape: [2], data: Float32Array.of(.1, -0) }, losses: [Infinity, 1.5] };
 * const { json, bytes } = packValue(trained);
 * assertEquals(unpackValue({ json: JSON.parse(JSON.stringify(json)), bytes }), trained);
 * ```
 *
 * @throws {TypeError} If it holds something else, such as a function or a `Map`, which would come back as another thing.
 */
export function packValue(value: unknown): PackedValue {
  const pieces: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  const pack = (node: unknown, path: string): unknown => {
    if (typeof node === "number") {
      return Number.isFinite(node) && !Object.is(node, -0)
        ? node
        : { [PLACE]: ["number", Object.is(node, -0) ? "-0" : `${node}`] };
    }
    if (node === null || typeof node === "string" || typeof node === "boolean") return node;
    if (Array.isArray(node)) return node.map((child, i) => pack(child, `${path}.${i}`));
    if (ArrayBuffer.isView(node)) {
      const kind = node.constructor.name as ArrayKind;
      if (!Object.hasOwn(arrays, kind)) throw new TypeError(`A ${kind} cannot be packed, at "${path}"`);
      const at = end;
      pieces.push({ at, bytes: new Uint8Array(node.buffer, node.byteOffset, node.byteLength) });
      end += Math.ceil(node.byteLength / 8) * 8;
      return { [PLACE]: [kind, at, node.byteLength] };
    }
    if (typeof node === "object" && Object.getPrototypeOf(node) === Object.prototype) {
      const entries = Object.entries(node).filter(([, child]) => child !== undefined);
      return Object.fromEntries(entries.map(([key, child]) => [key, pack(child, `${path}.${key}`)]));
    }
    throw new TypeError(`Only plain values can be packed, not a ${typeof node}, at "${path}"`);
  };
  const json = pack(value, "value");
  const bytes = new Uint8Array(end);
  for (const piece of pieces) bytes.set(piece.bytes, piece.at);
  return { json, bytes };
}

/** The value that {@linkcode packValue} packed. Its typed arrays have buffers of their own. */
export function unpackValue({ json, bytes }: PackedValue): unknown {
  const unpack = (node: unknown): unknown => {
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node)) return node.map(unpack);
    const place = (node as Record<string, unknown>)[PLACE];
    if (!place) return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, unpack(child)]));
    const [kind, ...where] = place as readonly [string, ...unknown[]];
    if (kind === "number") return Number(where[0]);
    const [at, length] = where as [number, number];
    return new arrays[kind as ArrayKind](bytes.slice(at, at + length).buffer);
  };
  return unpack(json);
}
