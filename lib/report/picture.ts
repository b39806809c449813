import { Buffer } from "node:buffer";
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { writeAtomic } from "@ctsurv/common/mod.ts";
import { type Displayable, jupyterDisplay } from "./displayable.ts";

/** A raster figure. */
export interface Picture extends Displayable {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  save(path: string): Promise<void>;
}

/** A picture of this size in pixels, on a ground of one colour, as `paint` draws it. */
export function paintPicture(
  width: number,
  height: number,
  ground: string,
  paint: (context: SKRSContext2D) => void,
): Picture {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  paint(context);
  const png = canvas.toBuffer("image/png");
  return {
    png,
    width,
    height,
    save: (path) => writeAtomic(path, png),
    [jupyterDisplay]: () => ({
      "image/png": Buffer.from(png).toString("base64"),
      "text/plain": `Picture, ${width} x ${height} pixels`,
    }),
  };
}
