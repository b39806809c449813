/** Weights on disk: files of networks, read without running anything in them, and the catalogue of pretrained ones. */
export { addWeights } from "./add_weights.ts";
export { catalogue } from "./catalogue/catalogue.ts";
export type { Preprocessing, PretrainedFile } from "./catalogue/pretrained_file.ts";
export type { CheckpointDType, CheckpointNumbers } from "./dtype.ts";
export { checkKept, type FetchedFile, type FetchOptions, fetchWeights } from "./fetch_weights.ts";
export { findEntries, findPretrained, type Pretrained } from "./find_pretrained.ts";
export { isCheckpoint } from "./is_checkpoint.ts";
export { isStepCount, loadWeights, type NamedShape, type NameMap } from "./load_weights.ts";
export {
  type Checkpoint,
  type CheckpointEntry,
  type CheckpointKind,
  type CheckpointTensor,
  openCheckpoint,
} from "./open_checkpoint.ts";
export { recogniseWeights } from "./recognise_weights.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Float32Entry,
  type Safetensors,
  type SafetensorsEntry,
} from "./safetensors.ts";
export type { SafetensorsDType } from "./safetensors_header.ts";
export { weightsFolder } from "./weights_folder.ts";
export { type VerifiedFile, verifyWeights } from "./verify_weights.ts";
