/** Weights on disk. */
export {
  decodeSafetensors,
  encodeSafetensors,
  type Float32Entry,
  type Safetensors,
  type SafetensorsDType,
  type SafetensorsEntry,
} from "./safetensors.ts";
