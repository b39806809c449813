import { sizeOf } from "@ctsurv/base/mod.ts";
import { compile, type Engine, float32, hostTensor, type tf, type Value } from "@ctsurv/engine/mod.ts";

/** Numbers with a shape, rows first. */
export interface Rows {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A function of a batch that takes any number of rows. */
export interface BatchProgram {
  /** By name, [rows, ...shape]. The outputs have as many rows as the inputs. */
  run(inputs: Readonly<Record<string, Float32Array>>): Promise<Record<string, Rows>>;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/**
 * Makes a function ready that takes and gives batches of one size. A last batch that is not full is filled up with zeros,
 * and what comes of those is dropped.
 *
 * @param shapes By name, the shape of one row of an input.
 */
export async function batchProgram(
  engine: Engine,
  fn: (inputs: Readonly<Record<string, tf.Tensor>>) => Record<string, tf.Tensor>,
  shapes: Readonly<Record<string, readonly number[]>>,
  batch: number,
): Promise<BatchProgram> {
  const signature = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, float32(batch, ...shape)]),
  );
  const program = await compile(engine, fn as (inputs: object) => Record<string, tf.Tensor>, signature);
  return {
    async run(inputs) {
      const [[name, first]] = Object.entries(inputs) as [[string, Float32Array]];
      const rows = first.length / sizeOf(shapes[name]!);
      const gathered: Record<string, Rows> = {};
      for (let from = 0; from < rows; from += batch) {
        const present = Math.min(batch, rows - from);
        const filled = Object.fromEntries(
          Object.entries(shapes).map(([name, shape]) => {
            const size = sizeOf(shape);
            const data = new Float32Array(batch * size);
            data.set(inputs[name]!.subarray(from * size, (from + present) * size));
            return [name, hostTensor(data, [batch, ...shape])];
          }),
        );
        const outputs = await program.run(filled) as Record<string, Value>;
        for (const [name, value] of Object.entries(outputs)) {
          const row = value.shape.slice(1);
          gathered[name] ??= { data: new Float32Array(rows * sizeOf(row)), shape: [rows, ...row] };
          const numbers = await value.read() as Float32Array;
          gathered[name].data.set(numbers.subarray(0, present * sizeOf(row)), from * sizeOf(row));
          value.dispose();
        }
      }
      return gathered;
    },
    dispose: () => program.dispose(),
  };
}
