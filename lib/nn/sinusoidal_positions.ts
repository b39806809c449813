import { tf } from "@ctsurv/engine/mod.ts";

/**
 * The encoding of Vaswani et al. (2017, section 3.5) of each slice's rank within its patient: column 2i is
 * `sin(rank / 10000^(2i / features))`, column 2i + 1 the cosine of the same. [slices, features]
 *
 * @param slices [slices, features]
 * @param membership [patients, slices], 1 where the slice is the patient's.
 */
export function sinusoidalPositions(slices: tf.Tensor2D, membership: tf.Tensor2D): tf.Tensor2D {
  const [count, features] = slices.shape;
  const square = (entry: (row: number, column: number) => number, columns = count) =>
    tf.tensor2d(
      Float32Array.from({ length: count * columns }, (_, i) => entry(Math.floor(i / columns), i % columns)),
      [count, columns],
    );
  const kin = tf.matMul(membership, membership, true);
  const rank = tf.sum(tf.mul(kin, square((row, column) => Number(column < row))), 1, true);
  const isRank = tf.cast(tf.equal(rank, tf.tensor1d(Float32Array.from({ length: count }, (_, i) => i))), "float32");
  const table = square((rank, column) => {
    const angle = rank / 10000 ** ((column - column % 2) / features);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  }, features);
  return tf.matMul(isRank as tf.Tensor2D, table);
}
