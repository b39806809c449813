/** Weights on disk: files of networks, read without running anything in them, and the catalogue of pretrained ones. */
export type { CheckpointDType, CheckpointNumbers } from "./dtype.ts";
export {
  type Checkpoint,
  type CheckpointEntry,
  type CheckpointKind,
  type CheckpointTensor,
  openCheckpoint,
} from "./open_checkpoint.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Float32Entry,
  type Safetensors,
  type SafetensorsEntry,
} from "./safetensors.ts";
export type { SafetensorsDType } from "./safetensors_header.ts";
