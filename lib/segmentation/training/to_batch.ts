import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import { GRID_SIZE } from "../unet_grid.ts";
import type { TrainingSlices } from "./training_slices.ts";
import type { SliceBatch } from "./unet_training_step.ts";

/** Slices as inputs of a training step. */
export function toBatch({ input, truth, count }: TrainingSlices): SliceBatch<HostTensor> {
  return {
    input: hostTensor(input, [count, GRID_SIZE, GRID_SIZE, 1]),
    truth: hostTensor(truth, [count, GRID_SIZE, GRID_SIZE]),
  };
}
