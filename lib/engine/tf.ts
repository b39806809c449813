import * as tf from "@tensorflow/tfjs";

// Production mode keeps tfjs from printing its banner about the slow JavaScript backend.
tf.enableProdMode();
// The backend that holds tensors made outside of any engine, such as parameters: plain typed arrays.
await tf.setBackend("cpu");

/** tfjs, the notation models are written in. The union package registers every gradient and chained op. */
export { tf };
