import type { Random } from "@ctsurv/common/mod.ts";

/** A random matrix [rows, columns], row by row, whose shorter side's vectors are orthonormal (modified Gram-Schmidt). */
export function orthogonal(random: Random, rows: number, columns: number): Float32Array {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let n = 0; n < count; n++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const earlier of vectors) {
      let product = 0;
      for (let i = 0; i < length; i++) product += earlier[i]! * vector[i]!;
      for (let i = 0; i < length; i++) vector[i]! -= product * earlier[i]!;
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((x) => x / norm));
  }
  return rows < columns
    ? Float32Array.from({ length: rows * columns }, (_, i) => vectors[Math.floor(i / columns)]![i % columns]!)
    : Float32Array.from({ length: rows * columns }, (_, i) => vectors[i % columns]![Math.floor(i / columns)]!);
}
