/**
 * Pretrained weights: which there are, how to get them, and how to read them safely.
 *
 * - The catalogue (`catalogue/`): {@linkcode CATALOGUE} and {@linkcode findEntries} say what is published where, under
 *   which licence and with which hash.
 * - Files on this machine: {@linkcode fetchWeights} downloads one, {@linkcode addWeights} copies one of yours,
 *   {@linkcode findPretrained} finds one and {@linkcode verifyWeights} checks all.
 * - Formats (`formats/`): {@linkcode openCheckpoint} reads safetensors and PyTorch's files without running anything in
 *   them, {@linkcode loadPretrained} and {@linkcode loadWeights} fill the parameters of a network, and
 *   {@linkcode encodeSafetensors} and {@linkcode decodeSafetensors} write and read safetensors in memory.
 *
 * @module
 */
export { addWeights } from "./add_weights.ts";
export { CATALOGUE } from "./catalogue/catalogue.ts";
export { matchNetwork, type NetworkMatch } from "./catalogue/match_network.ts";
export type { Normalisation, PretrainedFile } from "./catalogue/pretrained_file.ts";
export { refuseBadNumbers } from "./check_numbers.ts";
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
  type Float16Entry,
  type Float32Entry,
  type Safetensors,
  type SafetensorsDType,
  type SafetensorsEntry,
} from "./formats/safetensors.ts";
export type { CheckpointDType, CheckpointNumbers } from "./formats/stored_tensor.ts";
export { type LoadedParameters, loadPretrained } from "./load_pretrained.ts";
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
