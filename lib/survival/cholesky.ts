/**
 * The lower triangle L of a symmetric positive definite matrix, `L L^T = matrix`.
 *
 * @returns L, or the first row that depends on those before it, so that the matrix is none.
 */
export function cholesky(
  matrix: readonly Float64Array[],
): { readonly factor: Float64Array[] } | { readonly dependent: number } {
  const factor = matrix.map(() => new Float64Array(matrix.length));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!;
      if (i !== j) factor[i]![j] = rest / factor[j]![j]!;
      // What is left of a dependent row is rounding.
      else if (!(rest > 1e-10 * matrix[i]![i]!)) return { dependent: i };
      else factor[i]![i] = Math.sqrt(rest);
    }
  }
  return { factor };
}

/** Solves `L L^T x = b`. */
export function solveCholesky(factor: readonly Float64Array[], b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}
