/**
 * TensorFlow.js, the notation in which models are written. This union package registers every gradient and every chained
 * operation. Tensors made outside of an engine are plain typed arrays on its `cpu` backend.
 *
 * @module
 */
export * from "@tensorflow/tfjs";
