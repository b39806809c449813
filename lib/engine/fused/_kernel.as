// AdamW in one pass over memory, in AssemblyScript. Addresses are in bytes; counts are of float32 numbers, in sixteens.
// `deno run -A tests/engine/fused/compile_kernel.ts` writes the compiled bytes to _kernel.ts.

/** The squares of the four numbers at an address, as two sums in float64. */
@inline
function squares(at: usize): v128 {
  const four = v128.load(at);
  const low = f64x2.promote_low_f32x4(four);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
  return f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
}

/**
 * The sum of the squares of `count` numbers. It is kept in float64: half a million terms would round in
 * float32. Four sums side by side, so that no addition waits for the one before.
 */
export function sumOfSquares(numbers: usize, count: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  const end = numbers + (<usize> count << 2);
  for (let at = numbers; at < end; at += 64) {
    a = f64x2.add(a, squares(at));
    b = f64x2.add(b, squares(at + 16));
    c = f64x2.add(c, squares(at + 32));
    d = f64x2.add(d, squares(at + 48));
  }
  const all = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

/**
 * One step:
 *
 *   g <- scale g,   m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   p <- decay p - rate m / (sqrt(v) + floor)
 *
 * The gradient in memory stays as it is.
 */
export function step(
  parameters: usize,
  gradients: usize,
  first: usize,
  second: usize,
  count: i32,
  scale: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  decay: f32,
  rate: f32,
  floor: f32,
): void {
  const scales = f32x4.splat(scale);
  const beta1s = f32x4.splat(beta1);
  const rest1s = f32x4.splat(rest1);
  const beta2s = f32x4.splat(beta2);
  const rest2s = f32x4.splat(rest2);
  const decays = f32x4.splat(decay);
  const rates = f32x4.splat(rate);
  const floors = f32x4.splat(floor);
  const bytes = <usize> count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const g = f32x4.mul(v128.load(gradients + at), scales);
    const m = f32x4.add(f32x4.mul(v128.load(first + at), beta1s), f32x4.mul(g, rest1s));
    const v = f32x4.add(f32x4.mul(v128.load(second + at), beta2s), f32x4.mul(f32x4.mul(g, g), rest2s));
    const move = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(v), floors)), rates);
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(parameters + at, f32x4.sub(f32x4.mul(v128.load(parameters + at), decays), move));
  }
}
