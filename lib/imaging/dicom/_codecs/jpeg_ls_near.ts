/** What a JPEG-LS stream says of its samples, beside their number. */
export interface NearLosslessScan {
  /** Largest value of a sample. */
  readonly maxValue: number;
  /** By how much a sample may differ from what was encoded; above 0. */
  readonly near: number;
  /** Thresholds of gradients, and how many samples a context counts; undefined for the standard's. */
  readonly preset?: { readonly thresholds: readonly [number, number, number]; readonly reset: number };
  /** Where the coded samples begin. */
  readonly start: number;
}

/** Orders of the codes of run lengths (ITU-T T.87 A.2.1). */
const RUN_ORDERS = [
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
];
/** Samples that a context counts before it halves its sums. */
const RESET = 64;
/** Contexts of gradients; two more are for the samples that end runs. */
const CONTEXTS = 365;
/** The order of a code beyond which no sample has bits. */
const HIGHEST_ORDER = 24;

/**
 * Unpacks one component of near-lossless JPEG-LS (ITU-T T.87 annex A). It is written here because CharLS, which unpacks
 * the lossless kind, counts to 2^31 where damage makes the sums of a context overflow.
 *
 * @returns Samples, [rows, columns].
 * @throws {Error} If the stream ends early or cannot be one of its kind.
 */
export function decodeNearLossless(
  packed: Uint8Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  scan: NearLosslessScan,
): Uint16Array {
  const { maxValue, near } = scan;
  const step = 2 * near + 1;
  const range = Math.floor((maxValue + 2 * near) / step) + 1;
  const bits = Math.ceil(Math.log2(range));
  const sampleBits = Math.max(2, Math.ceil(Math.log2(maxValue + 1)));
  const limit = 2 * (sampleBits + Math.max(8, sampleBits));
  const { thresholds: [t1, t2, t3], reset } = scan.preset ??
    { thresholds: defaultThresholds(maxValue, near), reset: RESET };

  const sums = new Float64Array(CONTEXTS + 2).fill(Math.max(2, (range + 32) >> 6));
  const counts = new Int32Array(CONTEXTS + 2).fill(1);
  const biases = new Int32Array(CONTEXTS);
  const corrections = new Int32Array(CONTEXTS);
  const negatives = [0, 0];
  const reader = stuffedBits(packed, scan.start);
  let runIndex = 0;

  const golomb = (order: number, limit: number) => {
    const zeros = reader.zeros(limit);
    return zeros < limit - bits - 1 ? zeros * 2 ** order + reader.take(order) : reader.take(bits) + 1;
  };
  const orderOf = (count: number, sum: number) => {
    let order = 0;
    while (count * 2 ** order < sum) if (++order > HIGHEST_ORDER) throw new Error("its sums make no sense");
    return order;
  };
  /** A prediction and an error as a sample, modulo the range. */
  const reconstruct = (predicted: number, error: number) => {
    let value = predicted + error * step;
    if (value < -near) value += range * step;
    else if (value > maxValue + near) value -= range * step;
    return Math.min(Math.max(value, 0), maxValue);
  };
  const quantise = (gradient: number) => {
    const size = Math.abs(gradient);
    const level = size <= near ? 0 : size < t1 ? 1 : size < t2 ? 2 : size < t3 ? 3 : 4;
    return gradient < 0 ? -level : level;
  };

  const decodeRegular = (context: number, left: number, above: number, corner: number) => {
    const sign = context < 0 ? -1 : 1;
    const q = Math.abs(context);
    const predicted = Math.min(Math.max(median(left, above, corner) + sign * corrections[q]!, 0), maxValue);
    const order = orderOf(counts[q]!, sums[q]!);
    const mapped = golomb(order, limit);
    // Lossless streams, which do not come here, turn the mapping around where order is 0.
    const half = Math.floor(mapped / 2);
    const error = mapped % 2 === 0 ? half : -half - 1;
    biases[q]! += error * step;
    sums[q]! += Math.abs(error);
    if (counts[q] === reset) {
      sums[q] = Math.floor(sums[q]! / 2);
      biases[q]! >>= 1;
      counts[q]! >>= 1;
    }
    const count = ++counts[q]!;
    if (biases[q]! <= -count) {
      biases[q] = Math.max(biases[q]! + count, 1 - count);
      corrections[q] = Math.max(corrections[q]! - 1, -128);
    } else if (biases[q]! > 0) {
      biases[q] = Math.min(biases[q]! - count, 0);
      corrections[q] = Math.min(corrections[q]! + 1, 127);
    }
    return reconstruct(predicted, sign * error);
  };

  /** The sample that ends a run. */
  const decodeInterruption = (left: number, above: number) => {
    const type = Math.abs(left - above) <= near ? 1 : 0;
    const q = CONTEXTS + type;
    const order = orderOf(counts[q]!, type === 0 ? sums[q]! : sums[q]! + (counts[q]! >> 1));
    const mapped = golomb(order, limit - RUN_ORDERS[runIndex]! - 1);
    const whole = mapped + type;
    const isOdd = whole % 2 === 1;
    const size = Math.ceil(whole / 2);
    const error = (order !== 0 || 2 * negatives[type]! >= counts[q]!) === isOdd ? -size : size;
    if (error < 0) negatives[type]!++;
    sums[q]! += (mapped + 1 - type) >> 1;
    if (counts[q] === reset) {
      sums[q] = Math.floor(sums[q]! / 2);
      counts[q]! >>= 1;
      negatives[type]! >>= 1;
    }
    counts[q]!++;
    return type === 1 ? reconstruct(left, error) : reconstruct(above, left > above ? -error : error);
  };

  const samples = new Uint16Array(rows * columns);
  // Lines with a sample on either side, as the standard extends them.
  let [before, line] = [new Int32Array(columns + 2), new Int32Array(columns + 2)];
  for (let row = 0; row < rows; row++) {
    before[columns + 1] = before[columns]!;
    line[0] = before[1]!;
    for (let x = 1; x <= columns;) {
      const [left, above, corner] = [line[x - 1]!, before[x]!, before[x - 1]!];
      const context = 81 * quantise(before[x + 1]! - above) + 9 * quantise(above - corner) + quantise(corner - left);
      if (context !== 0) {
        line[x++] = decodeRegular(context, left, above, corner);
        continue;
      }
      while (x <= columns && reader.take(1) === 1) {
        const length = 2 ** RUN_ORDERS[runIndex]!;
        if (length <= columns + 1 - x && runIndex < 31) runIndex++;
        for (const end = Math.min(x + length, columns + 1); x < end; x++) line[x] = left;
        if (x > columns) break;
      }
      if (x > columns) continue;
      const end = x + reader.take(RUN_ORDERS[runIndex]!);
      if (end > columns) throw new Error("a run goes beyond its row");
      for (; x < end; x++) line[x] = left;
      line[x] = decodeInterruption(left, before[x]!);
      x++;
      if (runIndex > 0) runIndex--;
    }
    for (let x = 1; x <= columns; x++) samples[row * columns + x - 1] = line[x]!;
    [before, line] = [line, before];
  }
  return samples;
}

function median(left: number, above: number, corner: number): number {
  if (corner >= Math.max(left, above)) return Math.min(left, above);
  return corner <= Math.min(left, above) ? Math.max(left, above) : left + above - corner;
}

/** T.87 C.2.4.1.1.1. */
function defaultThresholds(maxValue: number, near: number): [number, number, number] {
  const clamp = (value: number, least: number) => value > maxValue || value < least ? least : value;
  const factor = maxValue >= 128 ? (Math.min(maxValue, 4095) + 128) >> 8 : Math.floor(256 / (maxValue + 1));
  const basic = maxValue >= 128
    ? [factor + 2, 4 * factor + 3, 17 * factor + 4]
    : [Math.max(2, Math.floor(3 / factor)), Math.max(3, Math.floor(7 / factor)), Math.max(4, Math.floor(21 / factor))];
  const t1 = clamp(basic[0]! + 3 * near, near + 1);
  const t2 = clamp(basic[1]! + 5 * near, t1);
  return [t1, t2, clamp(basic[2]! + 7 * near, t2)];
}

/** Bits, most significant first. After a byte of 255 the next has only seven, to tell it from a marker. */
function stuffedBits(bytes: Uint8Array, start: number) {
  let at = start;
  let [held, count] = [0, 0];
  const fill = () => {
    const byte = bytes[at];
    const isStuffed = at > start && bytes[at - 1] === 0xff;
    if (byte === undefined || isStuffed && byte > 0x7f) throw new Error("it ends early");
    at++;
    [held, count] = [byte, isStuffed ? 7 : 8];
  };
  const bit = () => {
    if (count === 0) fill();
    return held >> --count & 1;
  };
  return {
    /** The next bits as a number. */
    take(length: number): number {
      let value = 0;
      for (let i = 0; i < length; i++) value = 2 * value + bit();
      return value;
    },
    /** How many zeros there are before the next one. */
    zeros(limit: number): number {
      let zeros = 0;
      while (bit() === 0) if (++zeros > limit) throw new Error("it has bits that are no code");
      return zeros;
    },
  };
}
