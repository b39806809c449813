import * as tf from "@tensorflow/tfjs";

// Production mode keeps tfjs from printing its banner about the slow JavaScript backend.
tf.enableProdMode();
// The backend that holds tensors made outside of any engine, such as parameters: plain typed arrays.
await tf.setBackend("cpu");

/** tfjs, the notation models are written in. The union package registers every gradient and chained op. */
export { tf };

/**
 * What `fn` gives with tfjs on another of its backends, one that has started. Nothing is awaited in between: tfjs has
 * one current backend, which whoever else computes must find as they left it.
 */
export function onBackend<T>(name: string, fn: () => T): T {
  const previous = tf.getBackend();
  switchBackend(name);
  try {
    return fn();
  } finally {
    switchBackend(previous);
  }
}

/**
 * Makes a backend that has started tfjs's current one. `tf.setBackend` returns a promise, but acts at once for those.
 *
 * @throws {Error} If tfjs does not take it.
 */
export function switchBackend(name: string): void {
  void tf.setBackend(name);
  if (tf.getBackend() !== name) throw new Error(`Cannot switch tfjs to its backend "${name}"`);
}
