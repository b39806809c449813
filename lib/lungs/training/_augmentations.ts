import type { Random } from "@ctsurv/base/mod.ts";
import * as acquisition from "./_augment_acquisition.ts";
import * as borders from "./_augment_borders.ts";
import * as lung from "./_augment_lung.ts";
import * as surroundings from "./_augment_surroundings.ts";
import type { Augmentation, DrawnSlice } from "./_drawn_slice.ts";

/** Every augmentation, in the order in which they are applied, and how often. */
export const AUGMENTATIONS: readonly (readonly [probability: number, name: string, augment: Augmentation])[] = [
  [0.5, "parenchyma", lung.parenchyma],
  [0.25, "bulge", borders.bulge],
  [0.15, "diaphragm", borders.diaphragm],
  [0.05, "effusion", borders.effusion],
  [0.12, "emphysema", lung.emphysema],
  [0.3, "vessel spots", lung.vesselSpots],
  [0.4, "vessel tree", lung.vesselTree],
  [0.3, "septa", lung.septa],
  [0.22, "infiltrate", lung.infiltrate],
  [0.1, "dependent density", lung.dependentDensity],
  [0.3, "mass", lung.mass],
  [0.04, "pneumothorax", lung.pneumothorax],
  [0.45, "airway", borders.airway],
  [0.2, "bowel gas", borders.bowelGas],
  [0.25, "arms", surroundings.arms],
  [0.2, "breasts", surroundings.breasts],
  [0.35, "couch", surroundings.couch],
  [0.25, "clutter", surroundings.clutter],
  [0.3, "contrast", acquisition.contrast],
  [0.2, "partial volume", acquisition.partialVolume],
  [0.6, "kernel", acquisition.kernel],
  [0.1, "streaks", acquisition.streaks],
  [0.3, "drift", acquisition.drift],
  [0.6, "calibration", acquisition.calibration],
  [0.7, "noise", acquisition.noise],
  [0.25, "field of view", acquisition.fieldOfView],
];

/** Applies each augmentation, in place, with its probability. */
export function augment(slice: DrawnSlice, random: Random): void {
  for (const [probability, , apply] of AUGMENTATIONS) if (random.uniform() < probability) apply(slice, random);
}
