import { createCanvas, loadImage } from "@napi-rs/canvas";

/** A picture's pixels: red, green, blue and opacity of each, row by row. */
export async function readPixels(file: Uint8Array) {
  const { width, height } = await loadImage(file);
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(await loadImage(file), 0, 0);
  return { width, height, data: Array.from(context.getImageData(0, 0, width, height).data) };
}
