import * as tf from "./_tfjs.ts";

// Production mode keeps tfjs from printing its banner about the slow JavaScript backend.
tf.enableProdMode();
// The backend that holds tensors made outside of any engine, such as parameters: plain typed arrays.
await tf.setBackend("cpu");

export { tf };

/**
 * Runs `fn` with tfjs on another of its backends, which must have started. Nothing is awaited in between: tfjs has one
 * current backend, and other code must find it unchanged.
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
 * Makes a backend the current one of tfjs. The backend must have started: `tf.setBackend` returns a promise, but for
 * such a backend it acts at once.
 *
 * @throws {Error} If tfjs does not switch to it.
 */
export function switchBackend(name: string): void {
  void tf.setBackend(name);
  if (tf.getBackend() !== name) throw new Error(`Cannot switch tfjs to its backend "${name}"`);
}
