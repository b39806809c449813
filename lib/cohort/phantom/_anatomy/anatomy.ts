import type { Random } from "@ctsurv/base/mod.ts";

/** The build of one patient. Lengths in mm; z is 0 at the lowest point of the lungs and `lungHeight` at the apex. */
export interface Anatomy {
  readonly lungHeight: number;
  /** Half the width and half the depth of the chest at nipple level. */
  readonly halfWidth: number;
  readonly halfDepth: number;
  /** Fat under the skin. */
  readonly fat: number;
  /** Height of the right and of the left dome of the diaphragm. */
  readonly domes: readonly [right: number, left: number];
  readonly arms: "down" | "up";
  readonly breasts: boolean;
  /** HU of the parenchyma at half depth, and how much denser it is per mm towards the back. */
  readonly parenchyma: number;
  readonly dependency: number;
  /** HU of muscle and of fat. */
  readonly muscle: number;
  readonly fatHu: number;
  /** HU of the aorta's blood. */
  readonly blood: number;
  /** HU of the core of vertebrae and ribs: bones thin with age. */
  readonly spongiosa: number;
  /** Half axes of the heart. */
  readonly heart: readonly [x: number, y: number, z: number];
}

export interface AnatomyOptions {
  readonly gender: string | null;
  readonly contrast: { readonly share: number; readonly enhancement: readonly [low: number, high: number] };
}

/** Draws a build. Nothing here depends on tumour or survival. */
export function drawAnatomy(random: Random, { gender, contrast }: AnatomyOptions): Anatomy {
  const female = gender === "female";
  const size = (female ? 0.93 : 1) * (1 + 0.05 * random.normal());
  const lungHeight = Math.min(255, Math.max(205, 232 * size * (1 + 0.05 * random.normal())));
  const fat = random.between(7, 26);
  const dome = random.between(0.24, 0.34) * lungHeight;
  const heart = size * random.between(0.92, 1.15);
  return {
    lungHeight,
    halfWidth: 163 * size + 0.6 * fat,
    halfDepth: 112 * size * random.between(0.93, 1.07) + 0.7 * fat,
    fat,
    domes: [dome, dome - random.between(4, 16)],
    arms: random.uniform() < 0.4 ? "down" : "up",
    breasts: female,
    parenchyma: random.between(-895, -815),
    dependency: random.between(0.1, 0.55),
    muscle: random.between(45, 62),
    fatHu: random.between(-112, -92),
    blood: 42 + (random.uniform() < contrast.share ? random.between(...contrast.enhancement) : 0),
    spongiosa: random.between(110, 230),
    heart: [58 * heart, 46 * heart, 50 * heart],
  };
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** The chest at one height: half axes of skin, of what lies under the fat, and of the pleural cavity. */
export interface ChestSection {
  readonly skin: readonly [a: number, b: number];
  readonly muscle: readonly [a: number, b: number];
  readonly cavity: readonly [a: number, b: number];
}

/** The chest widens to the shoulders while the rib cage narrows to the apex. */
export function chestSection({ lungHeight, halfWidth, halfDepth, fat, arms }: Anatomy, z: number): ChestSection {
  const t = z / lungHeight;
  const shoulders = smoothstep(0.66, 1.02, t);
  const skin = [
    halfWidth * (1 + (arms === "down" ? 0.34 : 0.2) * shoulders),
    halfDepth * (1 - 0.2 * shoulders),
  ] as const;
  const [side, back] = [17, 13]; // mm of ribs and muscle
  return {
    skin,
    muscle: [skin[0] - fat, skin[1] - fat * (1 - 0.4 * shoulders)],
    cavity: [
      (halfWidth - fat - side) * (1 - 0.34 * smoothstep(0.4, 1, t)) * (1 - 0.06 * smoothstep(0.2, -0.2, t)),
      (halfDepth - fat - back) * (1 - 0.34 * smoothstep(0.45, 1, t)),
    ],
  };
}
