import type { Random } from "@ctsurv/common/mod.ts";
import { type Canvas, label, type Point } from "./canvas.ts";

const ATTEMPTS = 2000;

/** A point in the lungs for which `isWanted` holds, all equally likely; undefined if none turns up. */
export function drawLungPoint(
  { labels, slices, matrix, pixel, thickness, origin }: Canvas,
  random: Random,
  isWanted: (point: Point) => boolean = () => true,
): Point | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const slice = random.integer(0, slices - 1);
    const row = random.integer(0, matrix - 1);
    const column = random.integer(0, matrix - 1);
    if (labels[(slice * matrix + row) * matrix + column] !== label.lung) continue;
    const point: Point = [origin[0] + column * pixel, origin[1] + row * pixel, origin[2] + slice * thickness];
    if (isWanted(point)) return point;
  }
  return undefined;
}
