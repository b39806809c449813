/** Pretrained weights: the catalogue, safe readers of checkpoints, download and verification. */
export { addWeights } from "./add_weights.ts";
export { CATALOGUE } from "./catalogue/catalogue.ts";
export type { Normalisation, PretrainedFile } from "./catalogue/pretrained_file.ts";
export type { DownloadOptions } from "./download.ts";
export { type FetchedFile, type FetchOptions, fetchWeights } from "./fetch_weights.ts";
export {
  defaultWeightsFolder,
  findEntries,
  findPretrained,
  type Pretrained,
  recogniseWeights,
} from "./find_pretrained.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Float32Entry,
  type Safetensors,
  type SafetensorsDType,
  type SafetensorsEntry,
} from "./formats/safetensors.ts";
export type { CheckpointDType, CheckpointNumbers } from "./formats/stored_tensor.ts";
export { isStepCount, loadWeights, type NamedShape, type NameMap } from "./load_weights.ts";
export {
  type Checkpoint,
  type CheckpointEntry,
  type CheckpointKind,
  type CheckpointTensor,
  isCheckpoint,
  openCheckpoint,
} from "./open_checkpoint.ts";
export { type VerifiedFile, verifyWeights } from "./verify_weights.ts";
