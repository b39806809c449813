import type { InputsOf, OutputsOf } from "./values.ts";

/** A function of tensors, ready to run. */
export interface Compiled<S, R> {
  /**
   * Computes the outputs. Inputs are plain numbers or values from an earlier run, which stay valid.
   *
   * @throws {TypeError} If an input's shape or type is not the signature's.
   */
  run(inputs: InputsOf<S>): Promise<OutputsOf<R>>;
  /** Multiply-accumulates of one run: every matrix product and convolution of the traced graph. */
  readonly macs: number;
  /** Frees the session. */
  dispose(): Promise<void>;
}
