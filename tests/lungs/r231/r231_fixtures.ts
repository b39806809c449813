import { inflateSync } from "node:zlib";
import { hashed } from "../../support/golden.ts";

/** The slices of tests/oracles/r231.py by formula. */
export interface DrawnSlice {
  readonly rows: number;
  readonly columns: number;
  /** Centre's row and column, radii in rows and columns, HU; later ones lie over earlier ones. */
  readonly ellipses: readonly (readonly number[])[];
  readonly noise: number;
  readonly dtype: string;
  readonly seed?: string;
}

/** HU, [rows, columns]. */
export function drawSlice({ rows, columns, ellipses, noise, dtype, seed = "" }: DrawnSlice): Int16Array | Float32Array {
  const v = hashed(`noise${seed}`);
  const hu = Float64Array.from({ length: rows * columns }, (_, i) => {
    const [y, x] = [Math.floor(i / columns), i % columns];
    const inside = ellipses.findLast(([row, column, height, width]) => {
      const [a, b] = [(y - row!) / height!, (x - column!) / width!];
      return a * a + b * b < 1;
    });
    return (inside?.[4] ?? -1000) + noise * v(i);
  });
  return dtype === "int16" ? Int16Array.from(hu, roundHalfEven) : Float32Array.from(hu);
}

/** NumPy's rounding. */
function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** A deflated volume of bytes in base64. */
export function inflate(text: string): Uint8Array {
  return new Uint8Array(inflateSync(Uint8Array.fromBase64(text)));
}
